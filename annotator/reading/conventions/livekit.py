"""LiveKit Agents: `lk.*`, and `lk.pii.*` for what people and models said."""

from collections.abc import Mapping
from typing import Any

from annotator.domain.message import Message, Part
from annotator.domain.span import Span
from annotator.reading.pieces import payload
from annotator.reading.pieces.parts import listed
from annotator.reading.values.nested import entries, fields, mapping, restored, shown, text


class LiveKit:
    """https://github.com/livekit/agents/blob/main/livekit-agents/livekit/agents/telemetry/trace_types.py"""

    roots = frozenset(("lk",))

    def read(self, span: Span, tree: Mapping[str, Any]) -> dict[str, Any]:
        plain = fields(tree.get("lk"))
        node = {**plain, **fields(plain.get("pii"))}
        found: dict[str, Any] = {"agent": text(plain.get("agent_name")), "session_id": text(plain.get("room_sid"))}
        if "chat_ctx" in node:
            items = mapping(node["chat_ctx"]).get("items")
            response = fields(node.get("response"))
            calls = listed([mapping(item) for item in entries(response.get("function_calls"))])
            words = text(response.get("text"))
            found["kind"] = "LLM"
            found["input_messages"] = payload.messages(items) if isinstance(items, list) else ()
            if words or calls:
                found["output_messages"] = (Message("assistant", (Part("text", words),) if words else (), tuple(calls)),)
        elif "function_tool" in node:
            known, said = fields(plain.get("function_tool")), fields(node["function_tool"])
            found["kind"] = "TOOL"
            found["tool_name"], found["call_id"] = text(known.get("name")), text(known.get("id"))
            found["tool_arguments"] = found["input_text"] = shown(restored(said.get("arguments")))
            found["output_text"] = shown(restored(said.get("output")))
        else:
            heard = (text(node.get(name)) for name in ("user_input", "user_transcript", "input_text"))
            found["input_text"] = next((words for words in heard if words), None)
            found["output_text"] = text(fields(node.get("response")).get("text"))
        return found
