"""A librarian: answers from documents, computes, and studies topics in the background.

Nothing here knows of tests; clients come from whoever makes a librarian.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from uuid import uuid4

import httpx2
from openai import AsyncOpenAI, OpenAI
from openai.types.responses import ToolParam

MODEL = "gpt-5-mini"


class Librarian:
    """Answers questions about the documents that it was given."""

    def __init__(self, client: OpenAI, model: str = MODEL) -> None:
        self._client = client
        self._model = model
        self.store_id: str | None = None
        self.finished: dict[str, str] = {}
        """What was found out in the background, by the id of the response."""

    def learn(self, *paths: Path) -> None:
        """Upload documents, and wait until they can be searched."""
        store = self._client.vector_stores.create(name="Library")
        files = [path.open("rb") for path in paths]
        try:
            batch = self._client.vector_stores.file_batches.upload_and_poll(store.id, files=files)
        finally:
            for file in files:
                file.close()
        if batch.file_counts.failed:
            raise ValueError(f"{batch.file_counts.failed} documents cannot be read")
        self.store_id = store.id

    def answer(self, question: str) -> Iterator[str]:
        """The answer, piece by piece as it comes; at its end the documents that it rests on."""
        with self._client.responses.stream(
            model=self._model,
            input=question,
            tools=self._tools(),
            tool_choice="auto" if self.store_id is None else "required",
        ) as stream:
            for event in stream:
                if event.type == "response.output_text.delta":
                    yield event.delta
            response = stream.get_final_response()
        sources = {
            annotation.filename
            for item in response.output
            if item.type == "message"
            for part in item.content
            if part.type == "output_text"
            for annotation in part.annotations
            if annotation.type == "file_citation"
        }
        if sources:
            yield f" ({', '.join(sorted(sources))})"

    def compute(self, task: str) -> str:
        """What code printed that was written for a task."""
        response = self._client.responses.create(
            model=self._model,
            input=task,
            tools=[{"type": "code_interpreter", "container": {"type": "auto"}}],
            include=["code_interpreter_call.outputs"],
        )
        return "".join(
            output.logs
            for item in response.output
            if item.type == "code_interpreter_call"
            for output in item.outputs or ()
            if output.type == "logs"
        )

    def study(self, topic: str) -> str:
        """Begin to study a topic; `heard` tells of the end. Returns the id of the response."""
        response = self._client.responses.create(
            model=self._model, input=f"Study {topic}.", background=True
        )
        return response.id

    def heard(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Take a webhook. Raises InvalidWebhookSignatureError for one that is not ours."""
        event = self._client.webhooks.unwrap(body, dict(headers))
        if event.type == "response.completed":
            self.finished[event.data.id] = self._client.responses.retrieve(
                event.data.id
            ).output_text
        elif event.type == "response.failed":
            self.finished[event.data.id] = "failed"

    def trace(self, workflow: str) -> None:
        """Tell the platform what was done, as the Agents SDK does after each run."""
        trace = {"object": "trace", "id": f"trace_{uuid4().hex}", "workflow_name": workflow}
        self._client.post("/traces/ingest", body={"data": [trace]}, cast_to=httpx2.Response)

    def _tools(self) -> list[ToolParam]:
        if self.store_id is None:
            return []
        return [{"type": "file_search", "vector_store_ids": [self.store_id]}]


class AsyncLibrarian:
    """The same for code that awaits, as far as it streams."""

    def __init__(self, client: AsyncOpenAI, model: str = MODEL) -> None:
        self._client = client
        self._model = model

    async def answer(self, question: str) -> AsyncIterator[str]:
        """The answer, piece by piece as it comes."""
        async with self._client.responses.stream(model=self._model, input=question) as stream:
            async for event in stream:
                if event.type == "response.output_text.delta":
                    yield event.delta
