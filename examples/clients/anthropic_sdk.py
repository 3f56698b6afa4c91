"""Anthropic's SDK pointed at the bridge: plain calls with your key, and a session by a header.

    pip install anthropic
    CAUSEWAY_TOKEN=… python anthropic_sdk.py
"""

import os

from anthropic import Anthropic

client = Anthropic(
    base_url=os.environ.get("CAUSEWAY_URL", "http://127.0.0.1:61900"),
    api_key=os.environ["CAUSEWAY_TOKEN"],
)
MODEL = os.environ.get("CAUSEWAY_MODEL", "claude-sonnet-5-5")


def main() -> None:
    # Passed on as it is: nothing of it is remembered.
    message = client.messages.create(
        model=MODEL,
        max_tokens=1000,
        messages=[{"role": "user", "content": "Say hello in one word."}],
    )
    print("".join(block.text for block in message.content if block.type == "text"))

    # A turn of a session, which VS Code shows live; the header of the answer says which.
    with client.messages.stream(
        model=MODEL,
        max_tokens=1000,
        messages=[{"role": "user", "content": "What did we talk about?"}],
        extra_headers={"X-Causeway-Session": "new", "X-Causeway-Context": "recall"},
    ) as stream:
        for text in stream.text_stream:
            print(text, end="", flush=True)
        print("\nsession", stream.response.headers["x-causeway-session"])


if __name__ == "__main__":
    main()
