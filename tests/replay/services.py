"""A server on loopback that speaks as the publishers' services do, on good days and on bad ones.

The shapes are those of the services' documentation; the figures are invented.
"""

import gzip
import http.server
import json
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

M49 = {"TJK": 762, "KAZ": 398, "CHN": 156, "RUS": 643, "WLD": 0, "TKM": 795, "TUR": 792}
M49 |= {"IRN": 364, "IND": 699, "KOR": 410, "JPN": 392, "USA": 842}
BY_M49 = {number: code for code, number in M49.items()}
TWO = {"KZ": "KAZ", "KG": "KGZ", "TJ": "TJK", "DE": "DEU", "PL": "POL"}
THREE = {code: two for two, code in TWO.items()}


@dataclass
class Figures:
    """What the publishers know: changed by a test that wants a revision."""

    macro: dict = field(
        default_factory=lambda: {
            ("KAZ", year): 100.0 + year - 2000 for year in (2000, 2001, 2002, 2003, 2004)
        }
    )
    trade: dict = field(
        default_factory=lambda: {
            ("TJK", "CHN", 2022, "import"): 12.0,
            ("TJK", "CHN", 2022, "export"): 3.0,
            ("TJK", "RUS", 2022, "import"): 15.0,
            ("TJK", "WLD", 2022, "import"): 50.0,
            ("TJK", "CHN", 2023, "import"): 14.0,
        }
    )
    students: dict = field(
        default_factory=lambda: {
            ("KAZ", "DEU", 2021): 7.0,
            ("KAZ", "DEU", 2022): 8.0,
            ("KAZ", "POL", 2022): 9.0,
        }
    )


def worldbank(figures, path, query, per_page=2):
    """`[head, records]`; a refusal is `[{"message": [...]}]`."""
    codes, indicator = path.split("/country/")[1].split("/indicator/")
    first, last = map(int, query.get("date", ["1960:2100"])[0].split(":"))
    wanted = None if codes == "all" else codes.split(";")
    if not indicator.startswith("NY."):
        told = {"id": "120", "key": "Invalid value", "value": "The provided value is not valid"}
        return json.dumps([{"message": [told]}])
    rows = [
        {
            "indicator": {"id": indicator, "value": "GDP (current US$)"},
            "country": {"id": "KZ", "value": "Kazakhstan"},
            "countryiso3code": code,
            "date": str(year),
            "value": value,
            "unit": "",
            "obs_status": "",
            "decimal": 0,
        }
        for (code, year), value in sorted(figures.macro.items(), reverse=True)
        if first <= year <= last and (wanted is None or code in wanted)
    ]
    page, pages = int(query["page"][0]), -(-len(rows) // per_page)
    head = {
        "page": page if rows else 0,
        "pages": pages,
        "per_page": per_page,
        "total": len(rows),
        "sourceid": "2",
        "lastupdated": "2026-10-13",
    }
    return json.dumps([head, rows[(page - 1) * per_page : page * per_page] or None])


def comtrade(figures, path, query):
    """Records under `data`."""
    flows = {"X": "export", "M": "import"}
    flows = {code: flows[code] for code in query["flowCode"][0].split(",")}
    partners = query.get("partnerCode", [""])[0]
    wanted = {BY_M49.get(int(n)) for n in partners.split(",")} if partners else set(M49)
    reporters = {BY_M49.get(int(n)) for n in query["reporterCode"][0].split(",")}
    rows = [
        {
            "typeCode": "C",
            "freqCode": "A",
            "refPeriodId": year * 10000 + 101,
            "refYear": year,
            "refMonth": 52,
            "period": str(year),
            "reporterCode": M49[who],
            "reporterISO": who,
            "flowCode": "X" if flow == "export" else "M",
            "partnerCode": M49[whom],
            "partnerISO": "W00" if whom == "WLD" else whom,
            "partner2Code": 0,
            "classificationCode": "H6",
            "cmdCode": "TOTAL",
            "customsCode": "C00",
            "mosCode": "0",
            "motCode": 0,
            "primaryValue": value,
            "isReported": False,
        }
        for (who, whom, year, flow), value in sorted(figures.trade.items())
        if who in reporters
        and whom in wanted
        and flow in flows.values()
        and str(year) == query["period"][0]
    ]
    return json.dumps({"elapsedTime": "0.05 secs", "count": len(rows), "data": rows, "error": ""})


def imf(figures, path, query):
    """SDMX-CSV 1.0: dollars in full, whatever SCALE says."""
    who, indicators, whom, _ = unquote(path).rsplit("/", 1)[1].split(".")
    names = {"XG_FOB_USD": "export", "MG_CIF_USD": "import"}
    heads = "DATAFLOW,COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,TIME_PERIOD,OBS_VALUE,SCALE"
    first, last = (int(query.get(k, [d])[0]) for k, d in (("startPeriod", 0), ("endPeriod", 9999)))
    lines = [heads]
    for (reporter, partner, year, flow), value in sorted(figures.trade.items()):
        partner = "G001" if partner == "WLD" else partner
        indicator = next(i for i, f in names.items() if f == flow)
        asked = reporter in who.split("+") and (not whom or partner in whom.split("+"))
        if asked and indicator in indicators.split("+") and first <= year <= last:
            start = f"IMF.STA:IMTS(1.0.0),{reporter},{indicator}"
            lines.append(f"{start},{partner},A,{year},{value:.0f},6")
    return "\n".join(lines) + "\n"


def eurostat(figures, path, query):
    """SDMX-CSV 2.0, as asked by names of dimensions."""
    heads = (
        "STRUCTURE,STRUCTURE_ID,freq,unit,isced11,sex,partner,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG"
    )
    asked = {k[2:-1]: v[0].split(",") for k, v in query.items() if k.startswith("c[")}
    lines = [heads]
    for (origin, host, year), value in sorted(figures.students.items()):
        cell = {"partner": THREE[origin], "geo": THREE[host], "TIME_PERIOD": str(year)}
        if all(value in asked.get(name, [value]) for name, value in cell.items()):
            start = "dataflow,ESTAT:EDUC_UOE_MOBS02(1.0),A,NR,ED5-8,T"
            lines.append(f"{start},{','.join(cell.values())},{value:.0f},")
    return "\n".join(lines) + "\n"


def unesco(figures, path, query):
    """Records, names of indicators, and hints."""
    indicator, places = query["indicator"][0], query.get("geoUnit")
    first, last = (int(query.get(k, [d])[0]) for k, d in (("start", 0), ("end", 9999)))
    rows = [
        {
            "indicatorId": indicator,
            "geoUnit": host,
            "year": year,
            "value": value,
            "magnitude": None,
            "qualifier": None,
        }
        for (origin, host, year), value in sorted(figures.students.items())
        if first <= year <= last and (places is None or host in places) and indicator == "26519"
    ]
    name = "Inbound internationally mobile students from Kazakhstan, both sexes (number)"
    named = [{"indicatorCode": indicator, "name": name, "theme": "EDUCATION"}]
    hints = [] if rows else [{"code": "E1", "message": f"No indicator {indicator}"}]
    return json.dumps({"hints": hints, "records": rows, "indicatorMetadata": named if rows else []})


DOORS = {
    "worldbank": ("/v2", worldbank),
    "comtrade": ("/un", comtrade),
    "imf": ("/imf/sdmx/2.1", imf),
    "eurostat": ("/eurostat/dissemination", eurostat),
    "unesco": ("/uis", unesco),
}
RENAMED = {
    "worldbank": ("countryiso3code", "iso3"),
    "comtrade": ("primaryValue", "tradeValue"),
    "imf": ("OBS_VALUE", "VALUE"),
    "eurostat": ("geo,", "geography,"),
    "unesco": ('"value"', '"val"'),
}
MORE = {  # how a service says that there is more than it gives, and never ends
    "worldbank": lambda text: text.replace('"pages": ', '"pages": 9'),
    "comtrade": lambda text: text.replace('"count": ', '"count": 9'),
}
ONCE = " once"


class Services:
    """The server: `day` names what kind of day it is for which service; requests are noted."""

    def __init__(self):
        self.figures, self.day, self.asked, self.slow = Figures(), "good", [], 5.0
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.server.handle_error = lambda *words: None  # a client that hangs up is no fault here
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def port(self):
        return self.server.server_address[1]

    def address(self, provider):
        return f"http://127.0.0.1:{self.port}{DOORS[provider][0]}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def _handler(services):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *words):
                pass

            def do_GET(self):
                services.asked.append((self.path, dict(self.headers)))
                parts = urlsplit(self.path)
                provider = next(n for n, (door, _) in DOORS.items() if parts.path.startswith(door))
                text = DOORS[provider][1](services.figures, parts.path, parse_qs(parts.query))
                day = services.day
                if day.endswith(ONCE):
                    services.day, day = "good", day.removesuffix(ONCE)
                getattr(self, "_" + day.replace(" ", "_").replace("-", "_"))(provider, text)

            def _send(self, body, status=200, **headers):
                body = body.encode() if isinstance(body, str) else body
                self.send_response(status)
                for name, value in ({"Content_Length": len(body)} | headers).items():
                    self.send_header(name.replace("_", "-"), str(value))
                self.end_headers()
                self.wfile.write(body)

            def _good(self, provider, text):
                self._send(gzip.compress(text.encode()), Content_Encoding="gzip")

            def _plain(self, provider, text):
                self._send(text)

            def _too_often(self, provider, text):
                said = {"statusCode": 429, "message": "Rate limit is exceeded."}
                self._send(json.dumps(said), 429, Retry_After=7)

            def _too_often_for_hours(self, provider, text):
                self._send("{}", 429, Retry_After=7200)

            def _quota(self, provider, text):
                said = {"statusCode": 403, "message": "Out of call volume quota."}
                self._send(json.dumps(said), 403)

            def _failing(self, provider, text):
                self._send("<h1>Internal Server Error</h1>", 500)

            def _refusing(self, provider, text):
                key = self.headers.get("Ocp-Apim-Subscription-Key", "none")
                self._send(json.dumps({"message": f"invalid subscription key {key}"}), 401)

            def _silent(self, provider, text):
                time.sleep(services.slow)
                self.close_connection = True

            def _cut_off(self, provider, text):
                self._send(text[: len(text) // 2], Content_Length=len(text))
                self.close_connection = True

            def _cut_off_packed(self, provider, text):
                self._send(gzip.compress(text.encode())[:-20], Content_Encoding="gzip")

            def _cut_off_unseen(self, provider, text):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(text[: len(text) // 2].encode())
                self.close_connection = True

            def _web_page(self, provider, text):
                self._send("<!DOCTYPE html><html><body>Please log in</body></html>")

            def _renamed(self, provider, text):
                self._send(text.replace(*RENAMED[provider]))

            def _empty(self, provider, text):
                services.figures.__init__(macro={}, trade={}, students={})
                path = urlsplit(self.path)
                self._send(DOORS[provider][1](services.figures, path.path, parse_qs(path.query)))

            def _nothing(self, provider, text):
                self.send_response(204)
                self.end_headers()

            def _endless(self, provider, text):
                self._send(MORE.get(provider, str)(text))

            def _ever_more(self, provider, text):
                page = int(parse_qs(urlsplit(self.path).query)["page"][0])
                head, rows = json.loads(text.replace("null", "[]"))
                first = [{"indicator": {"id": "I", "value": "i"}, "countryiso3code": "KAZ"}]
                first[0] |= {"date": "2000", "value": 1.0}
                head |= {"page": page, "pages": page + 1, "total": 1000, "per_page": 1}
                rows = rows[:1]
                self._send(json.dumps([head, rows or first]))

            def _short_page(self, provider, text):
                head, rows = json.loads(text)
                self._send(json.dumps([head, rows[1:]]))

            def _moved(self, provider, text):
                place = f"http://localhost:{services.port}{self.path}"
                self._send("", 302, Location=place)

            def _round_and_round(self, provider, text):
                self._send("", 302, Location=self.path)

            def _bomb(self, provider, text):
                self._send(gzip.compress(b" " * 3_000_000 + text.encode()), Content_Encoding="gzip")

            def _echo(self, provider, text):
                key = self.headers.get("Ocp-Apim-Subscription-Key", "none")
                self._send(text.replace('"error": ""', f'"error": "{key}"'))

        return Handler
