// History of a resource, of a type, of everything.
import { script, get, put, del, status, is, yes, none, count, resource, refused } from "../lib.mjs";

const place = (name) => ({ resourceType: "Location", id: "${run}", name });

const history = script("gateway", "history", "History",
  "GET _history of a resource, a type and the system: newest first, in pages, limited by _since and _at.")
  .run()
  .fixture("one", place("one"))
  .fixture("two", place("two"))
  .fixture("three", place("three"))
  .variable("second", { sourceId: "v2", expression: "Location.meta.lastUpdated" })
  .variable("next", { sourceId: "page", expression: "Bundle.link.where(relation = 'next').url" })
  .variable("next2", { sourceId: "page2", expression: "Bundle.link.where(relation = 'next').url" })
  .setup(put("Location/${run}", "one"), status(201), put("Location/${run}", "two", { into: "v2" }), status(200),
    put("Location/${run}", "three"), status(200), del("Location/${run}"), status(204))
  .test("rest-history-instance", "every version stands there, newest first",
    get("Location/${run}/_history"), status(200), resource("Bundle"), is("Bundle.type", "history"),
    is("Bundle.total", 4), count("Bundle.entry", 4),
    is("Bundle.entry[0].request.method", "DELETE"), none("Bundle.entry[0].resource"),
    yes("Bundle.entry[0].response.status.startsWith('204')"),
    is("Bundle.entry[1].resource.name", "three"), is("Bundle.entry[1].request.method", "PUT"),
    is("Bundle.entry[1].response.etag", 'W/"3"'), yes("Bundle.entry[1].response.status.startsWith('200')"),
    is("Bundle.entry[2].resource.name", "two"), is("Bundle.entry[2].resource.meta.versionId", "2"),
    is("Bundle.entry[3].resource.name", "one"), yes("Bundle.entry[3].response.status.startsWith('201')"),
    is("Bundle.entry[3].response.etag", 'W/"1"'),
    yes("Bundle.entry.fullUrl.all($this.endsWith('/Location/${run}'))"),
    yes("Bundle.entry.response.lastModified.count() = 4"))
  .test("rest-history-pages", "it comes in pages that leave out nothing and repeat nothing",
    get("Location/${run}/_history?_count=2", { into: "page" }), status(200), count("Bundle.entry", 2),
    is("Bundle.total", 4), is("Bundle.entry[1].resource.name", "three"),
    get("${next}", { into: "page2", encode: false }), status(200), count("Bundle.entry", 2),
    is("Bundle.entry[0].resource.name", "two"), is("Bundle.entry[1].resource.name", "one"),
    none("Bundle.link.where(relation = 'next')"))
  .test("rest-history-since", "_since and _at leave out what is older or was not so then",
    get("Location/${run}/_history?_since=2999-01-01"), status(200), none("Bundle.entry"), is("Bundle.total", 0),
    get("Location/${run}/_history?_since=2001-01-01"), status(200), is("Bundle.total", 4),
    get("Location/${run}/_history?_since=${second}"), status(200),
    yes("Bundle.entry.resource.where(name = 'one').empty()"), yes("Bundle.entry.resource.where(name = 'three').exists()"),
    get("Location/${run}/_history?_at=lt2001-01-01"), status(200), none("Bundle.entry"))
  .test("rest-history-type", "the history of the type has them, too",
    get("Location/_history?_count=200"), status(200), is("Bundle.type", "history"),
    yes("Bundle.entry.where(fullUrl.endsWith('/Location/${run}')).count() = 4"),
    yes("Bundle.entry.fullUrl.all($this.contains('/Location/'))"))
  .test("rest-history-system", "so has the history of everything",
    get("_history?_count=5"), status(200), is("Bundle.type", "history"), yes("Bundle.entry.count() <= 5"),
    yes("Bundle.entry.exists()"))
  .test("rest-history-unknown", "what never was has none; what is not understood is refused",
    get("Location/${run}-never/_history"), refused(404, "not-found", "never"),
    get("Location/_history?_sinse=2999"), refused(400, "not-supported", "_sinse"),
    get("Location/_history?_since=x"), refused(400, "value", "_since"))
  .teardown(del("Location/${run}"));

export default [history];
