"""Audio: encoded clips, read from disk as they are and unpacked when asked for.

Old encoding: `audio`, one clip. New encoding: a tensor of strings with plugin `audio`, shape (k, 2): clip and label,
or shape (k,): clips.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from google.protobuf.message import DecodeError

from summaries.kinds.contract import Kind
from summaries.proto.plugin_data_pb2 import AudioPluginData
from summaries.proto.summary_pb2 import Summary, SummaryMetadata
from summaries.proto.tensor_pb2 import DataType, TensorProto, TensorShapeProto
from summaries.sounds import Sound, decode_wav
from summaries.tensors import decode_tensor

WAV = "audio/wav"


@dataclass(frozen=True)
class Audio:
    """Clips of one moment.

    Attributes:
        encoded: The clips, as WAV if `content_type` says so.
        labels: What is said of each, Markdown; "" for nothing.
        content_type: MIME type.
    """

    encoded: tuple[bytes, ...] = field(repr=False)
    labels: tuple[str, ...] = ("",)
    content_type: str = WAV

    def __len__(self) -> int:
        return len(self.encoded)

    def sound(self, index: int = 0) -> Sound:
        """Samples and sample rate of a clip.

        Raises:
            ValueError: If it is no WAV of integers.
        """
        return decode_wav(self.encoded[index])


def encode_audio(tag: str, audio: Audio) -> bytes:
    """A `Summary.Value`: in the old encoding for one clip without label, else in the new one, which knows WAV only.

    Raises:
        ValueError: If one clip is said to be a WAV and is none: its rate and length are written beside it.
    """
    if audio.labels == ("",):
        return _encode_clip(tag, audio.encoded[0], audio.content_type)
    strings = [part for clip, label in zip(audio.encoded, audio.labels, strict=True) for part in (clip, label.encode())]
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=len(audio)), TensorShapeProto.Dim(size=2)])
    tensor = TensorProto(dtype=DataType.DT_STRING, tensor_shape=shape, string_val=strings)
    return Summary.Value(tag=tag, tensor=tensor).SerializeToString()


def _encode_clip(tag: str, clip: bytes, content_type: str) -> bytes:
    audio = Summary.Audio(encoded_audio_string=clip, content_type=content_type)
    if content_type == WAV:
        sound = decode_wav(clip)
        audio.sample_rate = sound.sample_rate
        audio.length_frames, audio.num_channels = sound.samples.shape
    return Summary.Value(tag=tag, audio=audio).SerializeToString()


def decode_audio(blob: bytes) -> Audio:
    """The clips in a `Summary.Value`, from either encoding.

    Raises:
        ValueError: If there are none.
    """
    try:
        value = Summary.Value.FromString(blob)
    except DecodeError as error:
        raise ValueError("blob must be a Summary.Value; got other bytes.") from error
    if value.HasField("audio"):
        return Audio((value.audio.encoded_audio_string,), content_type=value.audio.content_type)
    array = decode_tensor(value.tensor)
    if array.dtype != object or not (array.ndim == 1 or (array.ndim == 2 and array.shape[1] == 2)):
        raise ValueError(f"audio must be strings of shape (k,) or (k, 2); got {array.dtype} of shape {array.shape}.")
    if array.ndim == 1:
        return Audio(tuple(array), ("",) * len(array))
    return Audio(tuple(array[:, 0]), tuple(label.decode(errors="replace") for label in array[:, 1]))


AUDIO = Kind(
    name="audio",
    encode=encode_audio,
    decode=decode_audio,
    metadata=SummaryMetadata(
        plugin_data=SummaryMetadata.PluginData(
            plugin_name="audio", content=AudioPluginData(encoding=AudioPluginData.WAV).SerializeToString()
        )
    ).SerializeToString(),
)
