"""A traced JAX function (a jaxpr) as a `GraphDef` that TensorBoard and the graph page draw.

Nodes are named `forward|backward|update / module path / op`. The phase and the module path come from JAX's name stacks:
`jvp(dense_0)` is forward, `transpose(jvp(dense_0))` is backward, what stands under the scope `update` is the update,
and so is, without such a scope, what reads gradients. The update is grouped by parameter:
`update / module path / parameter / op`, by following which parameter each array belongs to.

A jitted function of several operations is a scope of its name, one of a single operation lends it its name. Loops and
branches (`scan`, `while`, `cond`) are scopes of what has no module of its own inside of them.

Attributes beside TensorFlow's `_output_shapes`:

| attribute | type | meaning |
|---|---|---|
| `_jax_shape` | shape | of the first output |
| `_jax_dtype` | bytes | of the first output, as `float32` |
| `_jax_flops` | int | floating-point operations; a multiply-add counts as 2; loops count all turns |
| `_jax_bytes` | int | size of all outputs, of one turn |
| `_jax_saved_bytes` | int | what the backward pass reads of them, of all turns; 0 for inputs and constants |
| `_jax_params` | int | number of elements, on the inputs that are parameters |
| `_jax_source` | bytes | `file:line` |
| `_jax_times` | int | how often it runs in a step, where that is known and not once |
| `_jax_remat` | bool | true where it computes a forward value again for the backward pass |
| `_jax_transformation` | bytes | optax's name of the transformation, `scale_by_adam`, on its first operation |

JAX's scopes and jaxprs are not a stable interface: all that knows about them is in this folder.

Synopsis:
    >>> import jax
    >>> graph = graph_from_jaxpr(jax.jit(lambda x: jax.numpy.sin(x) + 1).trace(jax.numpy.ones(3)).jaxpr)
    >>> [node.name for node in graph.node]
    ['forward/input_0', 'forward/sin', 'forward/add']
"""

from summaries.adapters.jax_graph.calls import find_module_base as find_module_base
from summaries.adapters.jax_graph.calls import named_calls as named_calls
from summaries.adapters.jax_graph.convert import find_call as find_call
from summaries.adapters.jax_graph.convert import graph_from_jaxpr as graph_from_jaxpr
from summaries.adapters.jax_graph.functions import graph_of_function as graph_of_function
from summaries.adapters.jax_graph.inputs import optimizer_name as optimizer_name
from summaries.adapters.jax_graph.modules import graph_of_module as graph_of_module
from summaries.adapters.jax_graph.scopes import parse_name_stack as parse_name_stack
