#!/usr/bin/env python3
"""The hostile server of CRAWL_SHARED/chaos behind a proxy, which speaks HTTP/2 to the crawler and HTTP/1.1 to it.

usage: chaos_front.py --front nghttpx|nginx [options of chaos.py]

Everything that chaos.py serves at its one clear-text port is at one TLS port of the proxy instead, at the same addresses,
and its manifest says so, and what of its expectations is otherwise behind that proxy: see DIFFERENCES. Endpoints at
ports of their own have addresses of their own in front; those of TLS are left out: no proxy passes a handshake on.
"""

import argparse
import asyncio
import dataclasses
import importlib.util
import os
import socket
import subprocess
import sys

SHARED = os.environ.get("CRAWL_SHARED", os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../shared"))


def chaos_module():
    spec = importlib.util.spec_from_file_location("chaos", os.path.join(SHARED, "chaos", "chaos.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules["chaos"] = module
    sys.dont_write_bytecode = True
    spec.loader.exec_module(module)
    return module


# ---- what is otherwise behind a proxy, and why: proxies, endpoints, changes to the manifest

DIFFERENCES = [
    ("nghttpx nginx", "empty-reply reset-in-head head-2mb head-endless", dict(outcome=["http_error"], status=[502]),
     "no whole head came to the proxy, or one beyond its limits: it answers 502 itself"),
    ("nghttpx", "garbage-status length-garbage", dict(outcome=["http_error"], status=[502]),
     "what the proxy cannot read it does not pass on: 502"),
    ("nginx", "length-garbage", dict(outcome=["ok"], status=[200], title_rule="exact", title="chaos length-garbage"),
     "nginx drops a Content-Length that is no number, and HTTP/2 needs none: the page is whole"),
    ("nginx", "ok-early-hints 1xx-flood", dict(outcome=["protocol_error", "conn_error"], status=[], title_rule="none",
                                               child="never", attempts=[1, 3], max_seconds=45),
     "nginx takes the 1xx for the answer and ends the stream with it, which is malformed (RFC 9113, 8.1)"),
    ("nghttpx", "ok-chunked", dict(outcome=["truncated", "protocol_error", "conn_error"], status=[], title_rule="none",
                                   child="never", attempts=[1, 3], max_seconds=45),
     "the Content-Length among the trailers goes through, and contradicts the length of the stream (RFC 9113, 8.1.1)"),
    ("nghttpx nginx", "chunk-bad-size", dict(outcome=["truncated", "protocol_error", "conn_error"]),
     "the stream is reset when the proxy finds it, which may be before it has sent the head on"),
]


NGHTTPX = """frontend=*,{port}
private-key-file={key}
certificate-file={certificate}
backend-read-timeout=60s
frontend-read-timeout=60s
accesslog-file=/dev/null
errorlog-file={dir}/front.log
no-ocsp=yes
workers=2
"""

NGINX = """daemon off;
master_process off;
pid {dir}/nginx.pid;
error_log {dir}/front.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3;
    uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    proxy_http_version 1.1;
    proxy_buffering off;
    proxy_buffer_size 256k;
    proxy_buffers 8 256k;
    proxy_busy_buffers_size 512k;
    proxy_max_temp_file_size 0;
    proxy_next_upstream off;
    proxy_pass_header Server;
    large_client_header_buffers 8 128k;
    {servers}
}}
"""


class Front:
    """What chaos.Server is given besides."""

    def __init__(self, kind, server):
        self.kind, self.server, self.process = kind, server, None
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]

    def start(self, hosts):
        """hosts: of each address in front, the one behind."""
        folder = self.server.dir
        certificate, key = self.certificate(folder, hosts)
        values = {"port": self.port, "key": key, "certificate": certificate, "dir": folder}
        path = os.path.join(folder, "front.conf")
        with open(path, "w") as f:
            if self.kind == "nghttpx":
                f.write(NGHTTPX.format(**values))
                f.writelines("backend=%s,%d;%s/\n" % (*to, host) for host, to in hosts.items())
                f.write("backend=127.0.0.1,1\n")
                command = ["nghttpx", "--conf=" + path]
            else:
                servers = "\n    ".join(
                    "server {{ listen {h}:{p} ssl http2; location / {{ proxy_pass http://{b}:{q}; "
                    "proxy_set_header Host $http_host; }} }}".format(h=host, p=self.port, b=to[0], q=to[1])
                    for host, to in hosts.items())
                f.write(NGINX.format(servers=servers, **values))
                command = ["nginx", "-p", folder, "-e", os.path.join(folder, "front.log"), "-c", path]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def certificate(self, folder, hosts):
        def run(*args):
            subprocess.run(("openssl",) + args, cwd=folder, check=True, stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(os.path.join(folder, "front.ext"), "w") as f:
            f.write("subjectAltName=%s\nbasicConstraints=CA:FALSE\n" % ",".join("IP:" + h for h in hosts))
        run("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=front",
            "-keyout", "front.key", "-out", "front.csr")
        run("x509", "-req", "-in", "front.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30",
            "-extfile", "front.ext", "-out", "front.pem")
        return os.path.join(folder, "front.pem"), os.path.join(folder, "front.key")

    async def ready(self):
        for _ in range(200):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            await asyncio.sleep(0.05)
        raise SystemExit("%s did not start" % self.kind)

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait()


def make_server(chaos, kind):
    class FrontedServer(chaos.Server):
        def __init__(self, options):
            super().__init__(options)
            self.front = Front(kind, self)

        def choose(self):
            chosen = {}
            for name, e in super().choose().items():
                if e.port.startswith("tls"):
                    continue
                if e.port != "http":
                    # Told apart in front by the address alone.
                    e = dataclasses.replace(e, host="127.0.2.%d" % (len(chosen) + 1))
                chosen[name] = e
            return chosen

        async def listen(self, chosen, used):
            direct = {n: dataclasses.replace(e, host=chaos.MAIN) if e.port != "http" else e for n, e in chosen.items()}
            await super().listen(direct, used)
            hosts = {e.host: (e.host, self.ports["http"]) for e in chosen.values() if e.port == "http"}
            for host in (chaos.MAIN, chaos.OTHER, chaos.INTERNAL):
                hosts[host] = host, self.ports["http"]
            hosts.update({e.host: (chaos.MAIN, self.ports[e.port]) for e in chosen.values() if e.port != "http"})
            self.certificates()
            self.front.start(hosts)
            await self.front.ready()

        def url(self, path, host=chaos.MAIN, port="http"):
            if port != "tls":
                return "https://%s:%d%s" % (host, self.front.port, path)
            return super().url(path, host, port)

        def manifest(self):
            whole = super().manifest()
            for fronts, names, changes, _ in DIFFERENCES:
                for e in whole["endpoints"]:
                    if kind in fronts.split() and e["name"] in names.split():
                        e.update(changes)
            return whole

    def origin(x):
        return "https://%s:%d" % (x.conn.host, x.server.front.port)
    chaos.Exchange.origin = property(origin)
    return FrontedServer


def main():
    p = argparse.ArgumentParser(description="chaos.py behind a proxy that speaks HTTP/2")
    p.add_argument("--front", required=True, choices=("nghttpx", "nginx"))
    own, rest = p.parse_known_args()
    chaos = chaos_module()
    server = make_server(chaos, own.front)(chaos.arguments(rest))
    try:
        asyncio.run(server.run())
    finally:
        server.front.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
