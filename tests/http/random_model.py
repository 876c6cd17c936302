"""A language model with random weights, as a GGUF file that llama.cpp loads: random_model.py FILE.

It is real in everything but sense: a tokenizer of bytes, a chat template with tools, two layers of attention. Always the same
bytes. What it writes is noise of printable characters, so whatever makes sense in an answer comes from the server holding it to a
schema. One thing is no chance: when it has functions, it answers a user by calling one.
"""
import array
import random
import struct
import sys

CONTROL = ["<|end|>", "<|system|>", "<|user|>", "<|assistant|>", "<|caller|>", "<|tool|>"]
MARKS = ["<tool_call>", "</tool_call>"]
MERGES = ["t h", "i n", "e r", "a n", "o n"]
WIDTH, LAYERS, HEADS, INNER, CONTEXT = 64, 2, 4, 128, 32768
# Features that no layer writes to: one that is always there, and that of the token which a call follows.
ALWAYS, CALLER, FIXED = 0, 1, 2

# The last thing before an answer is <|caller|> when functions are offered and a user is answered, else <|assistant|>.
TEMPLATE = """\
{%- for message in messages %}
{%- if loop.first and tools %}
{{- '<|system|>You may call these functions:\\n' }}
{%- for tool in tools %}{{- tool | tojson + '\\n' }}{%- endfor %}
{{- '<|end|>' }}
{%- endif %}
{%- if message.role == 'assistant' %}
{{- '<|assistant|>' + (message.content or '') }}
{%- for call in message.tool_calls or [] %}
{{- '<tool_call>{"name": "' + call.function.name + '", "arguments": ' }}{{- call.function.arguments | tojson }}{{- '}</tool_call>' }}
{%- endfor %}
{{- '<|end|>' }}
{%- else %}
{{- '<|' + message.role + '|>' + message.content + '<|end|>' }}
{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|caller|>' if tools and messages[-1].role == 'user' else '<|assistant|>' }}{%- endif %}"""


def tokens() -> list[str]:
    """Bytes, as the GPT-2 tokenizer spells them, a few pairs, and the marks of the template."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {byte: chr(byte) for byte in shown}
    letters |= {byte: chr(256 + i) for i, byte in enumerate(byte for byte in range(256) if byte not in letters)}
    return [letters[byte] for byte in range(256)] + [merge.replace(" ", "") for merge in MERGES] + CONTROL + MARKS


def tensors(words: list[str]):
    """(name, rows, columns, numbers) of each; norms have one row."""
    dice = random.Random(7)

    def noise(rows, columns, scale=None, untouched=0):
        scale = columns**-0.5 if scale is None else scale
        drawn = array.array("f", (dice.gauss(0, scale) for _ in range(rows * columns)))
        drawn[: untouched * columns] = array.array("f", [0.0] * (untouched * columns))
        return drawn

    embedding = noise(len(words), WIDTH, 0.5)
    output = noise(len(words), WIDTH, 0.2)
    for row, word in enumerate(words):
        printable = word == "<|end|>" or word == "Ġ" or (word not in CONTROL + MARKS and all(33 <= ord(c) < 127 for c in word))
        for feature in range(FIXED):
            embedding[row * WIDTH + feature] = output[row * WIDTH + feature] = 0
        embedding[row * WIDTH + ALWAYS] = 2
        likely = 3.0 if word == "{" else 2.5 if word in ("Ġ", '"', "<|end|>") else 1.5 if word in "]}" else 2.0
        output[row * WIDTH + ALWAYS] = likely if printable else -4.0
    embedding[words.index("<|caller|>") * WIDTH + CALLER] = 50
    output[words.index("<tool_call>") * WIDTH + CALLER] = 20
    ones = array.array("f", [1.0] * WIDTH)
    yield "token_embd.weight", len(words), WIDTH, embedding
    for layer in range(LAYERS):
        yield f"blk.{layer}.attn_norm.weight", 1, WIDTH, ones
        for part in ("attn_q", "attn_k", "attn_v"):
            yield f"blk.{layer}.{part}.weight", WIDTH, WIDTH, noise(WIDTH, WIDTH)
        yield f"blk.{layer}.attn_output.weight", WIDTH, WIDTH, noise(WIDTH, WIDTH, untouched=FIXED)
        yield f"blk.{layer}.ffn_norm.weight", 1, WIDTH, ones
        yield f"blk.{layer}.ffn_gate.weight", INNER, WIDTH, noise(INNER, WIDTH)
        yield f"blk.{layer}.ffn_up.weight", INNER, WIDTH, noise(INNER, WIDTH)
        yield f"blk.{layer}.ffn_down.weight", WIDTH, INNER, noise(WIDTH, INNER, untouched=FIXED)
    yield "output_norm.weight", 1, WIDTH, ones
    yield "output.weight", len(words), WIDTH, output


# ---- the file: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md

UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
ALIGNMENT = 32


def text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def entry(key: str, kind: int, value) -> bytes:
    if isinstance(value, list):
        items = b"".join(text(v) if kind == STRING else struct.pack("<i", v) for v in value)
        return text(key) + struct.pack("<IIQ", ARRAY, kind, len(value)) + items
    packed = text(value) if kind == STRING else struct.pack({UINT32: "<I", FLOAT32: "<f", BOOL: "<?"}[kind], value)
    return text(key) + struct.pack("<I", kind) + packed


def settings(words: list[str]) -> list[bytes]:
    normal, control, of_its_own = 1, 3, 4
    end = words.index("<|end|>")
    numbers = {
        "context_length": CONTEXT,
        "embedding_length": WIDTH,
        "block_count": LAYERS,
        "feed_forward_length": INNER,
        "attention.head_count": HEADS,
        "attention.head_count_kv": HEADS,
        "rope.dimension_count": WIDTH // HEADS,
        "vocab_size": len(words),
    }
    return [
        entry("general.architecture", STRING, "llama"),
        entry("general.name", STRING, "random"),
        *(entry(f"llama.{key}", UINT32, value) for key, value in numbers.items()),
        entry("llama.attention.layer_norm_rms_epsilon", FLOAT32, 1e-5),
        entry("tokenizer.ggml.model", STRING, "gpt2"),
        entry("tokenizer.ggml.pre", STRING, "gpt-2"),
        entry("tokenizer.ggml.tokens", STRING, words),
        entry("tokenizer.ggml.token_type", INT32, [control if w in CONTROL else of_its_own if w in MARKS else normal for w in words]),
        entry("tokenizer.ggml.merges", STRING, MERGES),
        entry("tokenizer.ggml.bos_token_id", UINT32, end),
        entry("tokenizer.ggml.eos_token_id", UINT32, end),
        entry("tokenizer.ggml.add_bos_token", BOOL, False),
        entry("tokenizer.chat_template", STRING, TEMPLATE),
    ]


def padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % ALIGNMENT)


def write(path) -> None:
    words = tokens()
    entries = settings(words)
    heads, bodies, offset = [], [], 0
    for name, rows, columns, numbers in tensors(words):
        shape = [columns] if rows == 1 else [columns, rows]
        heads.append(text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, 0, offset))
        bodies.append(padded(numbers.tobytes()))
        offset += len(bodies[-1])
    head = b"GGUF" + struct.pack("<IQQ", 3, len(heads), len(entries)) + b"".join(entries) + b"".join(heads)
    with open(path, "wb") as file:
        file.write(padded(head) + b"".join(bodies))


if __name__ == "__main__":
    write(sys.argv[1])
