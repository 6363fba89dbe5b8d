from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trainer import layers

KEY = jax.random.key(0)
ROWS = jnp.arange(8.0).reshape(2, 4)


def test_sequential_names_its_layers_by_type_and_place() -> None:
    network = layers.Sequential([layers.Dense(3), layers.Dropout(0.1), layers.Dense(2), layers.Dense(1, name="out")])

    params, state = network.init(KEY, ROWS)

    assert network.names == ("dense_0", "dropout_0", "dense_1", "out")
    assert {name: sorted(leaves) for name, leaves in params.items()} == {
        "dense_0": ["bias", "kernel"],
        "dense_1": ["bias", "kernel"],
        "out": ["bias", "kernel"],
    }
    assert state == {}


def test_sequential_inside_sequential_nests_its_params() -> None:
    block = layers.Sequential([layers.Dense(3, "relu")])

    params, _ = layers.Sequential([block, block]).init(KEY, ROWS)

    assert params["sequential_0"]["dense_0"]["kernel"].shape == (4, 3)
    assert params["sequential_1"]["dense_0"]["kernel"].shape == (3, 3)


def test_model_equals_the_sequential_of_the_same_layers() -> None:
    sequence = layers.Sequential([layers.Dense(3, "relu"), layers.Dense(2)])
    x = layers.Input((4,))
    model = layers.Model(x, layers.Dense(2)(layers.Dense(3, activation="relu")(x)))

    params, _ = sequence.init(KEY, ROWS)

    assert jax.tree.structure(model.init(KEY, ROWS)[0]) == jax.tree.structure(params)
    np.testing.assert_array_equal(model.apply(params, {}, ROWS)[0], sequence.apply(params, {}, ROWS)[0])


def test_model_with_several_inputs_and_outputs_keeps_their_structure() -> None:
    a, b = layers.Input((4,)), layers.Input((2,))
    model = layers.Model({"a": a, "b": b}, {"left": layers.Dense(3)(a), "right": layers.Dense(5)(b)})
    inputs = {"a": ROWS, "b": ROWS[:, :2]}

    params, state = model.init(KEY, inputs)
    outputs, _ = model.apply(params, state, inputs)

    assert {name: value.shape for name, value in outputs.items()} == {"left": (2, 3), "right": (2, 5)}


def test_layer_called_twice_shares_its_params() -> None:
    a, b = layers.Input((4,)), layers.Input((4,))
    shared = layers.Dense(3)
    model = layers.Model([a, b], [shared(a), shared(b)])

    params, state = model.init(KEY, [ROWS, ROWS])
    (left, right), _ = model.apply(params, state, [ROWS, ROWS])

    assert list(params) == ["dense_0"]
    np.testing.assert_array_equal(left, right)


def test_two_equal_layers_do_not_share_their_params() -> None:
    x = layers.Input((4,))

    model = layers.Model(x, [layers.Dense(3)(x), layers.Dense(3)(x)])

    assert model.names == ("dense_0", "dense_1")


def test_model_used_as_a_layer_nests_its_params() -> None:
    x = layers.Input((4,))
    inner = layers.Model(x, layers.Dense(3)(x), name="encoder")
    y = layers.Input((4,))
    outer = layers.Model(y, layers.Dense(2)(inner(y)))

    params, _ = outer.init(KEY, ROWS)

    assert params["encoder"]["dense_0"]["kernel"].shape == (4, 3)
    assert outer.apply(params, {}, ROWS)[0].shape == (2, 2)


def test_models_built_the_same_way_are_equal() -> None:
    def build() -> layers.Model:
        x = layers.Input((4,))
        return layers.Model(x, layers.Dense(3, "relu")(x))

    assert build() == build()
    assert hash(build()) == hash(build())


def test_model_passes_shapes_of_one_row_along() -> None:
    x = layers.Input((4, 3))
    flat = layers.Flatten()(x)

    assert flat.shape == (12,)
    assert flat.dtype == "float32"


def test_scopes_of_a_network_stand_in_the_trace() -> None:
    network = layers.Sequential([layers.Dense(3), layers.Dense(2, name="out")])
    params, state = network.init(KEY, ROWS)

    jaxpr = jax.make_jaxpr(lambda params: network.apply(params, state, ROWS)[0])(params)

    assert {str(eqn.source_info.name_stack) for eqn in jaxpr.jaxpr.eqns} == {"dense_0", "out"}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x, y: layers.Model(x, layers.Dense(1)(y)), r"inputs must hold every Input that the outputs need"),
        (lambda x, y: layers.Model(layers.Dense(1)(x), x), r"inputs must be layers\.Input; got SymbolicTensor\."),
        (lambda x, y: layers.Model(x, 3), r"outputs must be symbolic tensors; got int\."),
        (
            lambda x, y: layers.Model(x, layers.Dense(1, name="a")(layers.Dense(1, name="a")(x))),
            r"names of layers must differ; got 'a' twice\.",
        ),
        (
            lambda x, y: layers.Sequential([layers.Dense(1)])([x, 3.0]),
            r"inputs must all be symbolic tensors; got float\.",
        ),
        (lambda x, y: layers.Dense(3)(layers.Input(())), r"inputs of Dense must have the shape \(batch, …, features\)"),
    ],
)
def test_wrong_composition_is_refused(call: object, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call(layers.Input((4,)), layers.Input((4,)))  # type: ignore[operator]


def test_wrong_inputs_of_a_model_are_refused() -> None:
    x = layers.Input((4,))
    model = layers.Model([x], layers.Dense(1)(x))
    params, state = model.init(KEY, [ROWS])

    with pytest.raises(ValueError, match=r"inputs must have the shape \(batch, 4\) of layers\.Input; got \(2, 3\)\."):
        model.apply(params, state, [ROWS[:, :3]])
    with pytest.raises(ValueError, match=r"inputs must have the structure \[\*\] given to Model; got \*\. Pass"):
        model.apply(params, state, ROWS)


def test_model_of_a_list_of_inputs_takes_a_tuple_as_an_estimator_passes_it() -> None:
    left, right = layers.Input((4,)), {"deep": [layers.Input((3,))]}
    model = layers.Model([left, right], layers.Dense(1)(layers.Concatenate()(left, right["deep"][0])))
    narrow = ROWS[:, :3]
    params, state = model.init(KEY, [ROWS, {"deep": [narrow]}])

    listed, _ = model.apply(params, state, [ROWS, {"deep": [narrow]}])
    tupled, _ = model.apply(params, state, (ROWS, {"deep": (narrow,)}))
    np.testing.assert_array_equal(listed, tupled)
    with pytest.raises(ValueError, match=r"got \(\*, \{'wide': \[\*\]\}\)"):
        model.apply(params, state, (ROWS, {"wide": [narrow]}))


def test_dense_of_another_width_is_refused() -> None:
    params, state = layers.Dense(2).init(KEY, ROWS)

    with pytest.raises(ValueError, match=r"inputs of Dense must have 4 features in the last axis; got shape \(2, 3\)"):
        layers.Dense(2).apply(params, state, ROWS[:, :3])


def test_dropout_while_training_without_a_key_is_refused() -> None:
    with pytest.raises(ValueError, match=r"key must be a PRNG key when training with Dropout; got None\."):
        layers.Dropout(0.5).apply({}, {}, ROWS, training=True)


def test_dropout_outside_of_training_passes_the_inputs_on() -> None:
    assert layers.Dropout(0.5).apply({}, {}, ROWS)[0] is ROWS


def test_layer_without_apply_says_so() -> None:
    with pytest.raises(NotImplementedError, match=r"Layer must define call, or init and apply\."):
        layers.Layer().apply({}, {}, ROWS)


def test_error_says_in_which_layer_it_arose() -> None:
    inner = layers.Sequential([layers.Dense(3), layers.Reshape((2, 2))], name="encoder")
    network = layers.Sequential([layers.Dense(4), inner])

    with pytest.raises(ValueError, match=r"inputs of Reshape must have rows that fill \(2, 2\)") as caught:
        network.init(KEY, ROWS)

    assert caught.value.__notes__[-2:] == ["In layer 'reshape_0'.", "In layer 'encoder'."]


def test_numbers_with_a_fraction_for_an_input_of_integers_are_refused() -> None:
    tokens = layers.Input((4,), dtype="int32")

    with pytest.raises(TypeError, match=r"inputs must be integers, int32, of layers\.Input; got float32\."):
        layers.Model(tokens, layers.Rescaling(2.0)(tokens)).init(KEY, ROWS)
