"""OpenAI's SDK pointed at the bridge: any model that is set there, Claude too, and a session by the model's name.

    pip install openai
    CAUSEWAY_TOKEN=… python openai_sdk.py
"""

import os

from openai import OpenAI

client = OpenAI(
    base_url=os.environ.get("CAUSEWAY_URL", "http://127.0.0.1:61900") + "/v1",
    api_key=os.environ["CAUSEWAY_TOKEN"],
)
# PROVIDER/MODEL for a server of yours, route/NAME for a route.
MODEL = os.environ.get("CAUSEWAY_MODEL", "claude-sonnet-5-5")


def main() -> None:
    completion = client.chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": "Say hello in one word."}],
    )
    print(completion.choices[0].message.content)

    # For programs that have no place for headers: the ending makes it a turn of a session.
    stream = client.chat.completions.create(
        model=MODEL + "@session:new",
        messages=[{"role": "user", "content": "What did we talk about?"}],
        stream=True,
    )
    for chunk in stream:
        if chunk.choices and chunk.choices[0].delta.content:
            print(chunk.choices[0].delta.content, end="", flush=True)
    print("\nsession", stream.response.headers["x-causeway-session"])


if __name__ == "__main__":
    main()
