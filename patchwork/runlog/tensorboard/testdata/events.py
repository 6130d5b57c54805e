"""Writes event files by the protobuf library from descriptions of the messages, and histograms by numpy, to compare with.

Run: /usr/bin/python3 events.py        (Python 3.11, python3-protobuf 3.21, numpy 1.24; apt-get install python3-protobuf)

The numbers of the fields are those of tensorboard/compat/proto/{event,summary,tensor,tensor_shape}.proto and of
tensorboard/plugins/hparams/{api,plugin_data}.proto.
"""
import struct

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, struct_pb2

F = descriptor_pb2.FieldDescriptorProto
TYPES = {"double": F.TYPE_DOUBLE, "float": F.TYPE_FLOAT, "int": F.TYPE_INT64, "text": F.TYPE_STRING, "bytes": F.TYPE_BYTES}

MESSAGES = {
    "Event": [("wall_time", 1, "double"), ("step", 2, "int"), ("file_version", 3, "text", "what"), ("summary", 5, "Summary", "what"), ("session_log", 7, "SessionLog", "what")],
    "SessionLog": [("status", 1, "int")],
    "Summary": [("value", 1, "Value*")],
    "Value": [("tag", 1, "text"), ("simple_value", 2, "float", "what"), ("image", 4, "Image", "what"), ("tensor", 8, "Tensor", "what"), ("metadata", 9, "Metadata")],
    "Image": [("height", 1, "int"), ("width", 2, "int"), ("colorspace", 3, "int"), ("encoded_image_string", 4, "bytes")],
    "Metadata": [("plugin_data", 1, "PluginData"), ("data_class", 4, "int")],
    "PluginData": [("plugin_name", 1, "text"), ("content", 2, "bytes")],
    "Tensor": [("dtype", 1, "int"), ("tensor_shape", 2, "Shape"), ("tensor_content", 4, "bytes"), ("string_val", 8, "bytes*")],
    "Shape": [("dim", 2, "Dim*")],
    "Dim": [("size", 1, "int")],
    "HParams": [("version", 1, "int"), ("session_start_info", 3, "Start", "data"), ("session_end_info", 4, "End", "data")],
    "Start": [("hparams", 1, "Entry*"), ("start_time_secs", 5, "double")],
    "Entry": [("key", 1, "text"), ("value", 2, ".google.protobuf.Value")],
    "End": [("status", 1, "int"), ("end_time_secs", 2, "double")],
}


def messages():
    file = descriptor_pb2.FileDescriptorProto(name="events.proto", package="t", syntax="proto3", dependency=["google/protobuf/struct.proto"])
    for name, fields in MESSAGES.items():
        m = file.message_type.add(name=name)
        for field, number, kind, *oneof in fields:
            f = m.field.add(name=field, number=number, label=F.LABEL_REPEATED if kind.endswith("*") else F.LABEL_OPTIONAL)
            kind = kind.rstrip("*")
            if kind in TYPES:
                f.type = TYPES[kind]
            else:
                f.type, f.type_name = F.TYPE_MESSAGE, kind if kind.startswith(".") else ".t." + kind
            for group in oneof:
                names = [o.name for o in m.oneof_decl]
                if group not in names:
                    m.oneof_decl.add(name=group)
                    names.append(group)
                f.oneof_index = names.index(group)
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(struct_pb2.DESCRIPTOR.serialized_pb)
    pool.Add(file)
    factory = message_factory.MessageFactory(pool)
    return {name: factory.GetPrototype(pool.FindMessageTypeByName("t." + name)) for name in MESSAGES}


M = messages()


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def record(data):
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", masked(length)) + data + struct.pack("<I", masked(data))


TIME = 1_700_000_000.25


def event(step=0, **what):
    return record(M["Event"](wall_time=TIME, step=step, **what).SerializeToString())


def summary(step, *values):
    return event(step, summary=M["Summary"](value=values))


def tensor(dtype, *dims, **what):
    return M["Tensor"](dtype=dtype, tensor_shape=M["Shape"](dim=[M["Dim"](size=d) for d in dims]), **what)


def plugin(name, content=b""):
    return M["Metadata"](plugin_data=M["PluginData"](plugin_name=name, content=content), data_class=2)


def histogram(values, bars=30):
    """tensorboard.plugins.histogram.summary_v2: bars of one width; the last has its right end."""
    values = np.asarray(values, np.float64)
    counts, edges = np.histogram(values, bars) if np.ptp(values) else (np.array([0] * (bars - 1) + [len(values)]), np.full(bars + 1, values[0]))
    return np.stack([edges[:-1], edges[1:], counts], 1)


def hparams(name, **what):
    return M["Value"](tag="_hparams_/" + name, tensor=tensor(1, 0), metadata=plugin("hparams", M["HParams"](**what).SerializeToString()))


def setting(v):
    kind = "bool_value" if isinstance(v, bool) else "number_value" if isinstance(v, float) else "string_value"
    return struct_pb2.Value(**{kind: v}).SerializeToString()


settings = {"batch_size": 128.0, "mirror": True, "none": False, "method": "simclr", "rate": 0.001, "text": "", "zero": 0.0, "limit": "inf"}
entries = [M["Entry"](key=k) for k in sorted(settings)]
for e in entries:
    e.value.ParseFromString(setting(settings[e.key]))

# Sixteenths, so that every quotient is exact and no value lies on a bar's end by rounding.
spread = ((np.arange(200) * 37 % 199) ** 2 % 97 / 16 - 3).astype(np.float32)

with open("events.bin", "wb") as f:
    f.write(event(file_version="brain.Event:2"))
    f.write(event(41, session_log=M["SessionLog"](status=1)))
    f.write(summary(0, hparams("session_start_info", session_start_info=M["Start"](hparams=entries, start_time_secs=TIME))))
    f.write(summary(41, M["Value"](tag="loss", simple_value=2.5), M["Value"](tag="rate", simple_value=0), M["Value"](tag="äöü/größe", simple_value=float("inf"))))
    f.write(summary(0, M["Value"](tag="settings", tensor=tensor(7, string_val=["| name | value |\n|---|---|\n| a\\|b | 1 2 |\n".encode()]), metadata=plugin("text"))))
    f.write(summary(300, M["Value"](tag="views", image=M["Image"](height=3, width=200, colorspace=4, encoded_image_string=bytes(range(256))))))
    for values in (spread, np.full(5, 0.25, np.float32)):
        h = histogram(values)
        f.write(summary(2**40, M["Value"](tag="w", tensor=tensor(2, 30, 3, tensor_content=h.astype("<f8").tobytes()), metadata=plugin("histograms"))))
    f.write(summary(0, hparams("session_end_info", session_end_info=M["End"](status=1, end_time_secs=TIME))))
