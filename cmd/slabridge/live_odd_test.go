package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// odd changes what the tracker answers to requests that read, as an app beside it does that keeps its own values there.
type odd func(path string, answer map[string]any)

func (change odd) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil || r.Method != http.MethodGet || !strings.HasSuffix(r.URL.Path, ".json") {
		return answer, err
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var all map[string]any
	if decoder.Decode(&all) == nil {
		change(r.URL.Path, all)
		if body, err = json.Marshal(all); err != nil {
			return nil, err
		}
	}
	answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	answer.Header.Set("Content-Length", strconv.Itoa(len(body)))
	return answer, nil
}

// TestLiveOddValues: values of apps in fields that nobody mapped are carried; where a field that counts cannot be read,
// that is a fault of that one request, named with field and value, and all others go on.
func TestLiveOddValues(t *testing.T) {
	t.Parallel()
	s := live(t).desk(t).site(t)
	well := s.issue(t, "critical", "Первое", 0)
	ill := s.issue(t, "critical", "Второе", 0)
	unreadable := true
	app := []any{
		map[string]any{"id": 9001, "name": "App", "value": map[string]any{"a": []int{1}}},
		map[string]any{"id": "plug-in", "name": 5, "value": []any{map[string]any{"id": 1}}},
	}
	s.transport = odd(func(path string, answer map[string]any) {
		for _, p := range list(answer["projects"]) {
			p["description"], p["homepage"] = map[string]any{"text": "x"}, []int{1}
		}
		issues := list(answer["issues"])
		if one, ok := answer["issue"].(map[string]any); ok {
			issues = append(issues, one)
			one["journals"] = append(one["journals"].([]any), map[string]any{
				"id": 900_000_000, "user": map[string]any{"id": s.bot.id, "name": "x"}, "created_on": one["created_on"],
				"details": []any{map[string]any{"property": map[string]any{"plug": "in"}, "name": 5, "old_value": []any{1}}},
			})
			if unreadable && strings.HasSuffix(path, "/issues/"+strconv.Itoa(ill)+".json") {
				one["status"] = map[string]any{"id": map[string]any{"x": 1}}
			}
		}
		for _, i := range issues {
			fields, _ := i["custom_fields"].([]any)
			i["custom_fields"] = append(fields, app...)
		}
	})
	first := s.want(t, exitHeld, "enforce")
	contains(t, "enforce", unfolded(first.out+first.err), "issue "+strconv.Itoa(ill),
		`the field "status" holds {"id":{"x":1}}`)
	if n := s.comments(t, []int{well}); n == 0 {
		t.Error("the other request has no receipt")
	}
	if n := s.comments(t, []int{ill}); n != 0 {
		t.Errorf("%d comments on a request that cannot be read", n)
	}
	unreadable = false
	s.want(t, exitOK, "enforce")
	if n := s.comments(t, []int{ill}); n == 0 {
		t.Error("no receipt once it can be read")
	}
}

// list is a list of objects.
func list(value any) (out []map[string]any) {
	all, _ := value.([]any)
	for _, x := range all {
		if object, ok := x.(map[string]any); ok {
			out = append(out, object)
		}
	}
	return out
}

// TestLiveSlowClients: two hundred connections that say nothing take no socket from a pass: a request gets its receipt
// all the same, and who asks for health is answered.
func TestLiveSlowClients(t *testing.T) {
	t.Parallel()
	s := live(t).desk(t).site(t)
	s.listen = deadAddress(t)
	s.configure(t)
	running, log := s.start(t, build(t))
	defer func() {
		_ = running.Process.Signal(os.Interrupt)
		if err := running.Wait(); err != nil {
			t.Errorf("the daemon ended with %v\n%s", err, log)
		}
	}()
	within(t, "the daemon listens", func() bool { there, _ := reach(s.listen); return there })
	for range 200 {
		c, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(t.Context(), "tcp", s.listen)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := io.WriteString(c, "G"); err != nil {
			t.Fatal(err)
		}
	}
	issue := s.issue(t, "critical", "Пока молчат двести соединений", 0)
	within(t, "a receipt", func() bool { return s.comments(t, []int{issue}) > 0 })
	within(t, "health answers", func() bool {
		client := http.Client{Timeout: 20 * time.Second}
		answer, err := client.Get("http://" + s.listen + "/healthz")
		if err != nil {
			return false
		}
		defer answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
}

// within waits a minute for something.
func within(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !done(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("after a minute: no, %s", what)
		}
	}
}
