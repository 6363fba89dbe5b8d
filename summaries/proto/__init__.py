r"""Messages of the event files, generated from the `.proto` files beside this one.

The package is `summaries` and the files lie at `summaries/proto/`, so that these messages and TensorBoard's or
TensorFlow's live in one process. Field numbers are TensorFlow's, so the bytes are the same.

Synopsis:
    >>> from summaries.proto import event_pb2
    >>> event_pb2.Event(step=3).SerializeToString()
    b'\x10\x03'
"""
