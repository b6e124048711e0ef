package httpserver

import (
	"net/http"
	"strings"

	"github.com/modelx-dev/modelx/interop/serving"
	"github.com/modelx-dev/modelx/interop/serving/auth"
	"github.com/modelx-dev/modelx/interop/serving/metrics"
)

// route is one path, for one HTTP method.
type route struct {
	// pattern is the path in logs and traces: names in it are not spelled out.
	pattern string
	post    bool
	right   auth.Right
	label   metrics.Method
	// predicts tells that requests take a place among those in flight.
	predicts bool
	handle   func(*edge, *exchange) *serving.Error
}

// routes are those without names in them.
var routes = map[string]*route{
	"/predict": {
		pattern: "/predict", post: true, right: auth.Predict, label: metrics.Predict, predicts: true, handle: (*edge).predict,
	},
	"/model-info": {pattern: "/model-info", right: auth.Predict, label: metrics.Info, handle: (*edge).info},
	"/reload":     {pattern: "/reload", post: true, right: auth.Reload, label: metrics.Reload, handle: (*edge).reload},
	"/healthz":    {pattern: "/healthz", label: metrics.Other, handle: (*edge).healthz},
	"/readyz":     {pattern: "/readyz", label: metrics.Other, handle: (*edge).readyz},
	"/metrics":    {pattern: "/metrics", label: metrics.Other, handle: (*edge).metrics},

	"/v2":              {pattern: "/v2", right: auth.Predict, label: metrics.Other, handle: (*edge).serverMetadata},
	"/v2/health/live":  {pattern: "/v2/health/live", label: metrics.Other, handle: (*edge).live},
	"/v2/health/ready": {pattern: "/v2/health/ready", label: metrics.Other, handle: (*edge).ready},
	"/v2/repository/index": {
		pattern: "/v2/repository/index", post: true, right: auth.Predict, label: metrics.Other, handle: (*edge).index,
	},
}

// modelRoutes are those of /v2/models/NAME and /v2/models/NAME/versions/VERSION, by what follows.
var modelRoutes = map[string]*route{
	"":      {right: auth.Predict, label: metrics.Info, handle: (*edge).modelMetadata},
	"ready": {label: metrics.Other, handle: (*edge).modelReady},
	"infer": {post: true, right: auth.Predict, label: metrics.Infer, predicts: true, handle: (*edge).infer},
}

// repositoryRoutes are those of /v2/repository/models/NAME, by what follows.
var repositoryRoutes = map[string]*route{
	"load":   {post: true, right: auth.Reload, label: metrics.Reload, handle: (*edge).load},
	"unload": {post: true, right: auth.Reload, label: metrics.Reload, handle: (*edge).unload},
}

// find returns the route of a path as it was sent, or nil, its pattern, and the names in it.
func find(path string) (found *route, pattern, name, version string) {
	if found = routes[path]; found != nil {
		return found, found.pattern, "", ""
	}
	segments := strings.Split(path, "/")
	for i := range segments {
		segments[i] = percentDecoded(segments[i])
	}
	if decoded := strings.Join(segments, "/"); strings.Count(decoded, "/") == len(segments)-1 {
		if found = routes[decoded]; found != nil {
			return found, found.pattern, "", ""
		}
	}
	// Without the part before the first slash, which is empty.
	switch segments = segments[1:]; {
	case len(segments) < 3 || len(segments) > 6 || segments[0] != "v2":
		return nil, "", "", ""
	case segments[1] == "models":
		return findModel(segments[2:])
	case segments[1] == "repository" && segments[2] == "models" && len(segments) == 5 && segments[3] != "":
		return repositoryRoutes[segments[4]], "/v2/repository/models/{name}/" + segments[4], segments[3], ""
	default:
		return nil, "", "", ""
	}
}

// findModel is find for what follows /v2/models/.
func findModel(segments []string) (found *route, pattern, name, version string) {
	pattern = "/v2/models/{name}"
	name, segments = segments[0], segments[1:]
	if len(segments) >= 2 && segments[0] == "versions" && segments[1] != "" {
		pattern += "/versions/{version}"
		version, segments = segments[1], segments[2:]
	}
	switch {
	case name == "" || len(segments) > 1:
		return nil, "", "", ""
	case len(segments) == 1:
		// The name of nothing is no name of something.
		if segments[0] == "" {
			return nil, "", "", ""
		}
		return modelRoutes[segments[0]], pattern + "/" + segments[0], name, version
	default:
		return modelRoutes[""], pattern, name, version
	}
}

// allows checks a request's HTTP method.
func (r *route) allows(method string) bool {
	if r.post {
		return method == http.MethodPost
	}
	return method == http.MethodGet || method == http.MethodHead
}

// allowed has the methods for the header Allow and for texts.
func (r *route) allowed() (header, text string) {
	if r.post {
		return "POST", "POST"
	}
	return "GET, HEAD", "GET or HEAD"
}

// sentPath is the path of a request as it was sent: net/http decodes and cleans others.
func sentPath(r *http.Request) string {
	path := r.RequestURI
	if !strings.HasPrefix(path, "/") {
		path = r.URL.EscapedPath()
	}
	path, _, _ = strings.Cut(path, "?")
	return path
}

// percentDecoded replaces what is percent-encoded. Signs that encode nothing stand for themselves, and bytes that are not
// UTF-8 for U+FFFD.
func percentDecoded(s string) string {
	if strings.IndexByte(s, '%') >= 0 {
		var b strings.Builder
		for i := 0; i < len(s); i++ {
			if s[i] == '%' && i+2 < len(s) {
				reader := jsonReader{data: []byte{0, '0', '0', s[i+1], s[i+2]}}
				if c, ok := reader.hex(); ok {
					b.WriteByte(byte(c))
					i += 2
					continue
				}
			}
			b.WriteByte(s[i])
		}
		s = b.String()
	}
	return strings.ToValidUTF8(s, "\ufffd")
}

// parameter returns a parameter of a query, or "".
func parameter(query, name string) string {
	value := ""
	for len(query) > 0 {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		key, v, _ := strings.Cut(pair, "=")
		if formDecoded(key) == name {
			value = formDecoded(v)
		}
	}
	return value
}

// formDecoded is percentDecoded where a plus stands for a space.
func formDecoded(s string) string { return percentDecoded(strings.ReplaceAll(s, "+", " ")) }
