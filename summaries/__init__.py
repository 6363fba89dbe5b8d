"""Writes and reads TensorBoard's event files.

Synopsis:
    >>> import tempfile
    >>> from summaries import SummaryWriter, load
    >>> folder = tempfile.mkdtemp()
    >>> with SummaryWriter(folder) as writer:
    ...     writer.add_scalar("loss", 0.5, global_step=0)
    >>> load(folder).runs["."].scalars["loss"].values
    array([0.5])
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
