"""llama.cpp's own server on a free port, until its input ends; prints its address.

usage: llama_cpp_serve.py MODEL.gguf '{"context": 8192, "endless": false, "key": null}'
"""
import json
import sys

import xllamacpp

how = json.loads(sys.argv[2])
parameters = xllamacpp.CommonParams()
parameters.model.path = sys.argv[1]
parameters.model_alias = {"random"}
parameters.hostnames = ["127.0.0.1"]
parameters.port = 0
parameters.n_ctx = how["context"]
parameters.n_parallel = 2
parameters.kv_unified = True
parameters.cpuparams.n_threads = 1
parameters.sampling.seed = 7  # for requests that name no temperature
parameters.fit_params = parameters.warmup = parameters.ui = False
parameters.verbosity = -1
parameters.sampling.ignore_eos = how["endless"]
if how["key"]:
    parameters.api_keys = [how["key"]]
server = xllamacpp.Server(parameters)
print(server.listening_address, flush=True)
sys.stdin.read()
