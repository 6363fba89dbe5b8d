"""What XLA made of a traced function: its kernels, and which nodes of the graph each does the work of.

Synopsis:
    >>> import jax
    >>> from summaries.adapters.jax_graph import graph_from_jaxpr
    >>> traced = jax.jit(lambda x: jax.numpy.sin(x) + 1).trace(jax.numpy.ones(3))
    >>> graph = graph_from_jaxpr(traced.jaxpr)
    >>> program = read_compiled(traced.lower().compile(), graph, "f")
    >>> [kernel.nodes for kernel in program.fusions]
    [('forward/sin', 'forward/add')]
"""

from summaries.adapters.xla.programs import read_compiled as read_compiled
