"""Images, sounds and files of a message: type, source, size and the bytes in base64, in the shapes of the providers' APIs."""

import ast
import base64
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from annotator.domain.message import Part

KINDS = {
    "image": "image",
    "image_url": "image",
    "image-url": "image",
    "input_image": "image",
    "imageUrl": "image",
    "audio": "audio",
    "input_audio": "audio",
    "audio_url": "audio",
    "audio-url": "audio",
    "video": "file",
    "video_url": "file",
    "video-url": "file",
    "input_video": "file",
    "file": "file",
    "input_file": "file",
    "file_url": "file",
    "document": "file",
    "document_url": "file",
    "document-url": "file",
    "media": "file",
    "blob": "file",
    "binary": "file",
    "uri": "file",
}
"""The `type` of a part, and what it is to a reader."""
WRAPPERS = {"inlineData": "file", "inline_data": "file", "fileData": "file", "file_data": "file", "image": "image", "audio": "audio"} | {
    "image_url": "image", "input_audio": "audio", "video": "file", "document": "file", "media": "file",
}  # fmt: skip
"""Keys that hold a medium in a part without a `type` (Gemini, Bedrock, LlamaIndex)."""
ADDRESSES = ("url", "image_url", "audio_url", "video_url", "file_url", "document_url", "imageUrl", "fileUri", "file_uri", "uri", "gcs_uri")
DATA = ("data", "bytes", "file_data", "file_bytes", "base64", "b64_json", "content", "binary_content", "image", "audio", "video")
TYPES = ("media_type", "mime_type", "mimeType", "mediaType", "content_type", "contentType", "image_mimetype")
NAMES = ("filename", "file_name", "fileName", "file_id", "fileId", "name", "path")
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}\s*")
DEEPEST = 40
"""Objects within a part that are looked at."""


def medium(kind: str, node: Mapping[str, Any]) -> Part:
    """A part of `kind` (image, audio or file), made of what its object and the objects in it say."""
    mime = name = address = form = ""
    data = words = ""
    waiting: list[Mapping[str, Any]] = [node]
    for item in waiting:  # grows while it runs
        for key, value in item.items():
            if isinstance(value, str):
                if not value:
                    continue
                if value.startswith("data:"):
                    head, _, payload = value.partition(",")
                    mime = head[5:].split(";")[0] or mime
                    data = payload if head.endswith(";base64") else base64.b64encode(unquote_to_bytes(payload)).decode()
                elif key in TYPES:
                    mime = mime or value
                elif key == "modality":
                    kind = value if value in ("image", "audio") else kind
                elif key == "format":
                    form = value
                elif key in NAMES:
                    name = name or value
                elif key == "transcript":
                    words = value
                elif key in ADDRESSES:
                    address = address or value
                elif key in DATA and not data:
                    if "://" in value[:64] or (key in ("image", "audio", "video") and not BASE64.match(value[:64])):
                        address = address or value
                    else:
                        data = _base64(value)
            elif isinstance(value, Mapping):
                if packed := _packed(value):
                    data = data or packed
                elif len(waiting) < DEEPEST:
                    waiting.append(value)
            elif isinstance(value, list) and key in DATA and not data:
                data = _from_numbers(value)
    if mime.endswith("/*"):
        kind, mime = mime[:-2] if mime[:-2] in ("image", "audio") else kind, ""
    elif mime.startswith(("image/", "audio/")):
        kind = mime[:5]
    elif not mime and form:
        mime = f"{kind}/{form}" if kind != "file" else form
    size = len(data) * 3 // 4 - data[-2:].count("=") if data else None
    return Part(kind, words, mime or None, name or address or ("inline" if data else None), size, data)


def _base64(value: str) -> str:
    """The value, or the base64 of the bytes whose Python repr it is (boto3)."""
    if value.startswith(("b'", 'b"')):
        try:
            read = ast.literal_eval(value)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return ""
        return base64.b64encode(read).decode() if isinstance(read, bytes) else ""
    return value


def _packed(value: Mapping[str, Any]) -> str:
    """Bytes that JavaScript wrote as {"0": 137, "1": 80, ...} or {"type": "Buffer", "data": [...]}; '' for anything else."""
    if value.get("type") == "Buffer" and isinstance(value.get("data"), list):
        return _from_numbers(value["data"])
    if "0" in value and all(key.isdecimal() for key in value):
        return _from_numbers(list(value.values()))
    return ""


def _from_numbers(values: list[Any]) -> str:
    try:
        return base64.b64encode(bytes(values)).decode()
    except (TypeError, ValueError):
        return ""
