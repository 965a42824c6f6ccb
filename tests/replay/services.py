"""A server on loopback that speaks as the publishers' services do: cases/services.yaml."""

import gzip
import re
import time
from string import Template
from types import SimpleNamespace
from urllib.parse import unquote

import yaml
from tests.cases import cases
from tests.loopback import Handler, Loopback

from ca_research import registry

CASES = cases(__file__, "services")
DAYS, SERVICES, CODES = CASES["days"], CASES["services"], CASES["codes"]
ONCE = " once"
PAGE = r"[?&]page=(\d+)"


def figures(of="figures"):
    """What the publishers know, by cell."""
    known = {name: {tuple(cell): x for *cell, x in rows} for name, rows in CASES[of].items()}
    return SimpleNamespace(**known)


def listed_anew(home, *names, **changes):
    """Change the list of services of a project, for those that are named."""
    file = home / "registry" / "providers.yaml"
    listed = yaml.safe_load(file.read_text())
    for one in listed["providers"]:
        one |= changes if one["name"] in names else {}
    file.write_text(yaml.safe_dump(listed))
    registry.forget()


def row(table, cell, value):
    """A figure by its columns, also in the codes of the services."""
    columns = dict(zip(CASES["columns"][table], cell, strict=True))
    for system, codes in CODES.items():
        columns |= {f"{c}_{system}": codes.get(x, x) for c, x in columns.items() if "_" not in c}
    return columns | {"value": value, "whole": f"{value:.0f}"}


def number(pattern, request, default):
    found = pattern and re.search(pattern, request)
    return int(found[1]) if found else default


def chosen(rows, service, request):
    """The rows that are asked for."""

    first = number(service.get("first"), request, 0)
    last = number(service.get("last"), request, 9999)
    rows = [r for r in rows if first <= r["year"] <= last]
    for column, pattern in service["asked"].items():
        words = {w for found in re.findall(pattern, request) for w in re.split("[+,;]", found)}
        rows = [r for r in rows if words <= {""} or str(r[column]) in words]
    return rows


def answer(known, provider, request, day):
    """What a service answers to a request."""
    service = SERVICES[provider]
    if not re.search(service.get("knows", ""), request):
        return service["unknown"]
    rows = [row(service["of"], *figure) for figure in sorted(getattr(known, service["of"]).items())]
    rows = chosen(rows, service, request)[: day.get("keep")]
    if not rows and "none" in service:
        return service["none"]
    total, size, page = len(rows), service.get("per_page", 1000), number(PAGE, request, 1)
    rows = rows[(page - 1) * size : page * size][day.get("skip", 0) :]
    written = [Template(service["record"]).substitute(r) for r in rows]
    told = {"page": page, "pages": -(-total // size), "total": total, "count": len(rows)}
    told["rows"] = ("," if written and written[0].startswith("{") else "").join(written)
    text = Template(service["answer"]).substitute(told)
    change = day.get("change", ["", ""])
    return text.replace(*(service.get(change, ["", ""]) if isinstance(change, str) else change))


class Services(Loopback):
    """The server: `day` names what kind of day it is for all services; requests are noted."""

    def __init__(self):
        self.figures, self.day, self.asked, self.slow = figures(), "good", [], 5.0
        super().__init__(_Handler)

    def door(self, provider):
        return self.address + SERVICES[provider]["door"]

    def today(self):
        """How the day is; one that is bad once is good after it was asked for."""
        name, self.day = self.day, "good" if self.day.endswith(ONCE) else self.day
        return (DAYS | CASES["others"])[name.removesuffix(ONCE)]


class _Handler(Handler):
    def do_GET(self):
        services, request = self.owner, unquote(self.path)
        services.asked.append((self.path, dict(self.headers)))
        provider = next(n for n, s in SERVICES.items() if request.startswith(s["door"]))
        day = services.today()
        if day.get("silent"):
            time.sleep(services.slow)
            self.close_connection = True
            return
        key = self.headers.get("Ocp-Apim-Subscription-Key", "none")
        page = number(PAGE, request, 1)
        told = {"key": key, "page": page, "next": page + 1}
        told |= {"port": services.server.server_port, "path": self.path}
        text = day.get("body", answer(services.figures, provider, request, day))
        body = (" " * day.get("spaces", 0) + Template(text).safe_substitute(told)).encode()
        body = gzip.compress(body) if day.get("pack") else body
        body = body[: len(body) - day.get("short", 0)]
        headers = {"Content-Encoding": "gzip"} if day.get("pack") else {}
        for name, value in day.get("headers", {}).items():
            headers[name] = Template(str(value)).substitute(told)
        upto = int(len(body) * day["sent"]) if "sent" in day else None
        self.send(day.get("status", 200), body, headers, day.get("length", True), upto)
