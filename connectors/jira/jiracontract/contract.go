// Package jiracontract holds traffic with Jira against Atlassian's published OpenAPI documents, for tests: the requests
// of the connector and the answers of the stand-in alike.
//
// The documents are Atlassian's and are not carried by this project: the directory with them is named by the
// environment (see Dir), and a test that finds none says so in capitals. overlay.json corrects what is known to be
// wrong in them, each with its reason. Passing proves names and types, not behaviour.
package jiracontract

import (
	"bytes"
	"context"
	_ "embed" // the corrections
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

//go:embed overlay.json
var overlayText []byte

func init() {
	// Jira writes 2026-01-02T03:04:05.678+0000: no colon in the offset, so RFC 3339 validators refuse every timestamp.
	openapi3.DefineStringFormatValidator("date-time", openapi3.NewRegexpFormatValidator(
		`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)$`))
}

type overlay struct {
	Relax []struct {
		Docs         []string
		Schema, Prop string
		Set          json.RawMessage
	}
	Arrays              map[string]json.RawMessage
	Tighten             map[string]map[string][]string
	ClosedRequestBodies map[string]json.RawMessage
	Operations          map[string]json.RawMessage // paths with their operations, by document
}

// Doc is one document, with the corrections laid over it.
type Doc struct {
	T      *openapi3.T
	router routers.Router
}

func load(dir, file, kind string) (*Doc, error) {
	d, err := openapi3.NewLoader().LoadFromFile(filepath.Join(dir, file))
	if err != nil {
		return nil, err
	}
	var o overlay
	if err := json.Unmarshal(overlayText, &o); err != nil {
		return nil, err
	}
	strs := func(m map[string]json.RawMessage) (out []string) {
		_ = json.Unmarshal(m[kind], &out) // a kind that has none
		return out
	}
	for _, s := range d.Components.Schemas {
		nullable(s.Value, map[*openapi3.Schema]bool{})
	}
	for _, r := range o.Relax {
		if !slices.Contains(r.Docs, kind) {
			continue
		}
		ref := d.Components.Schemas[r.Schema]
		if ref == nil {
			continue // another version of the document
		}
		if r.Prop == "" {
			if err := json.Unmarshal(r.Set, ref.Value); err != nil {
				return nil, fmt.Errorf("overlay %s: %w", r.Schema, err)
			}
			continue
		}
		n := openapi3.NewSchema()
		if err := json.Unmarshal(r.Set, n); err != nil {
			return nil, fmt.Errorf("overlay %s.%s: %w", r.Schema, r.Prop, err)
		}
		n.Nullable = true
		ref.Value.Properties[r.Prop] = openapi3.NewSchemaRef("", n)
	}
	for name, req := range o.Tighten[kind] {
		if s := d.Components.Schemas[name]; s != nil {
			s.Value.Required = req
		}
	}
	no := false
	for _, name := range strs(o.ClosedRequestBodies) {
		if s := d.Components.Schemas[name]; s != nil {
			s.Value.AdditionalProperties = openapi3.AdditionalProperties{Has: &no}
		}
	}
	for _, mp := range strs(o.Arrays) {
		m, p, _ := strings.Cut(mp, " ")
		if it := d.Paths.Value(p); it != nil {
			mt := it.GetOperation(m).Responses.Value("200").Value.Content.Get("application/json")
			if mt.Schema.Value.Type.Is("array") {
				continue
			}
			a := openapi3.NewArraySchema()
			a.Items = mt.Schema
			mt.Schema = openapi3.NewSchemaRef("", a)
		}
	}
	if err := o.complete(d, kind); err != nil {
		return nil, err
	}
	r, err := gorillamux.NewRouter(d)
	if err != nil {
		return nil, err
	}
	return &Doc{T: d, router: r}, nil
}

// complete adds the operations that a document was cut down without.
func (o overlay) complete(d *openapi3.T, kind string) error {
	paths := map[string]*openapi3.PathItem{}
	if raw := o.Operations[kind]; raw != nil {
		if err := json.Unmarshal(raw, &paths); err != nil {
			return fmt.Errorf("overlay operations: %w", err)
		}
	}
	for path, item := range paths {
		if d.Paths.Value(path) == nil {
			d.Paths.Set(path, item)
		}
	}
	return nil
}

// nullable: Jira answers null for any absent property; the documents never say so.
func nullable(s *openapi3.Schema, seen map[*openapi3.Schema]bool) {
	if s == nil || seen[s] {
		return
	}
	seen[s] = true
	kids := []*openapi3.SchemaRef{s.Items, s.AdditionalProperties.Schema}
	for _, p := range s.Properties {
		kids = append(kids, p)
		if p.Value != nil {
			p.Value.Nullable = true
		}
	}
	kids = append(append(append(kids, s.AllOf...), s.AnyOf...), s.OneOf...)
	for _, k := range kids {
		if k != nil {
			nullable(k.Value, seen)
			if k == s.AdditionalProperties.Schema && k.Value != nil {
				k.Value.Nullable = true
			}
		}
	}
}

// Transport checks every request before it leaves and every response before the client sees it.
// A path no document knows, a deprecated operation, or a breach of either schema is reported, never repaired.
type Transport struct {
	Docs   []*Doc
	Base   http.RoundTripper
	Report func(error)
	mu     sync.Mutex
	Seen   map[string]int // "METHOD /template STATUS" -> count: what the test run really covered
}

// RoundTrip implements http.RoundTripper.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
	}
	probe := req.Clone(req.Context())
	probe.Body = io.NopCloser(bytes.NewReader(body))
	req.Body = io.NopCloser(bytes.NewReader(body))
	var route *routers.Route
	var params map[string]string
	for _, d := range t.Docs {
		if r, p, err := d.router.FindRoute(probe); err == nil {
			route, params = r, p
			break
		}
	}
	in := &openapi3filter.RequestValidationInput{
		Request: probe, PathParams: params, Route: route,
		Options: &openapi3filter.Options{
			AuthenticationFunc:    openapi3filter.NoopAuthenticationFunc,
			SkipSettingDefaults:   true, // else the checker itself adds notifyUsers=true and friends to the request
			IncludeResponseStatus: true,
		},
	}
	if route == nil {
		t.Report(fmt.Errorf("%s %s: no document knows this path", req.Method, req.URL.Path))
	} else {
		if route.Operation.Deprecated {
			t.Report(fmt.Errorf("%s %s: operation is marked deprecated/removed", req.Method, route.Path))
		}
		if err := openapi3filter.ValidateRequest(req.Context(), in); err != nil {
			t.Report(fmt.Errorf("%s %s request: %w", req.Method, route.Path, err))
		}
	}
	resp, err := t.Base.RoundTrip(req)
	if err != nil || route == nil {
		return resp, err
	}
	rb, rerr := io.ReadAll(resp.Body)
	_ = resp.Body.Close() // it was read to its end
	resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(rb), errReader{rerr}))
	t.mu.Lock()
	if t.Seen == nil {
		t.Seen = map[string]int{}
	}
	t.Seen[fmt.Sprintf("%s %s %d", req.Method, route.Path, resp.StatusCode)]++
	t.mu.Unlock()
	switch resp.StatusCode { // answers of the platform around Jira, in no document: checked by the client's own tests
	case 401, 403, 404, 410, 429, // 404: what is out of sight, or a part of Jira that a site does not have
		500, 502, 503, 504:
		return resp, nil
	}
	if rerr == nil && resp.StatusCode != http.StatusNoContent { // 204s are documented with a JSON body they never have
		if err := openapi3filter.ValidateResponse(context.WithoutCancel(req.Context()),
			&openapi3filter.ResponseValidationInput{
				RequestValidationInput: in, Status: resp.StatusCode, Header: resp.Header, Body: io.NopCloser(bytes.NewReader(rb)),
				Options: in.Options,
			}); err != nil {
			t.Report(fmt.Errorf("%s %s response %d: %w", req.Method, route.Path, resp.StatusCode, err))
		}
	}
	return resp, nil
}

type errReader struct{ err error }

func (e errReader) Read([]byte) (int, error) {
	if e.err != nil {
		return 0, e.err
	}
	return 0, io.EOF
}
