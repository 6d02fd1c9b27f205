package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// hookSecret is what webhooks are signed with here.
var hookKey = []byte("a key of thirty-two bytes, say!!")

// receiver is a webhook of somebody's, which keeps what it takes.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	taken  []hookCall
	answer int // 0: 204
}

type hookCall struct {
	id, text string
	body     []byte
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := unstartedReceiver(t)
	r.Start()
	return r
}

func unstartedReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			t.Error(err)
		}
		id, at := req.Header.Get("webhook-id"), req.Header.Get("webhook-timestamp")
		mac := hmac.New(sha256.New, hookKey)
		mac.Write([]byte(id + "." + at + "." + string(body)))
		want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
		if got := req.Header.Get("webhook-signature"); got != want {
			t.Errorf("signature %q, want %q", got, want)
		}
		var m struct{ Data struct{ Text string } }
		if err := json.Unmarshal(body, &m); err != nil {
			t.Errorf("body %s: %v", body, err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.taken = append(r.taken, hookCall{id, m.Data.Text, body})
		if r.answer == 0 {
			r.answer = http.StatusNoContent
		}
		w.WriteHeader(r.answer)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) calls() []hookCall {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]hookCall(nil), r.taken...)
}

// tells adds a channel to the receiver, and a rule, to an office.
func (r *receiver) tells(t *testing.T, d *office, channel, rule string) {
	t.Helper()
	d.save(t, "hook.url", []byte(r.URL+"/services/T0K3N-of-the-hook\n"))
	d.save(t, "hook.secret", []byte("whsec_"+base64.StdEncoding.EncodeToString(hookKey)+"\n"))
	text, err := os.ReadFile(d.file("slabridge.yaml"))
	d.check(err)
	text = append(text, "\nchannels:\n  - {id: ops, url: {file: hook.url}, secret: {file: hook.secret}, "+channel+"}\n"+
		"notify:\n  - {id: breaches, channels: ops, "+rule+"}\n"...)
	d.check(os.WriteFile(d.file("slabridge.yaml"), text, 0o600))
}

// A missed deadline is told through the channel with its clause and its link, once, and the ledger has the message.
func TestMissedDeadlineIsTold(t *testing.T) {
	d, hook := newOffice(t), newReceiver(t)
	hook.tells(t, d, "internal: true, language: en", "events: [warn, due]")
	d.breached()
	d.want(exitOK, "enforce")
	calls := hook.calls()
	if len(calls) != 1 {
		t.Fatalf("%d messages, want one", len(calls))
	}
	contains(t, "message", calls[0].text, "Deadline missed: #1", "Nobody can log in", "due Fri 2026-03-20",
		"/issues/1")
	listed := d.lines(exitOK, "ledger", "list", "--connection", "channel:ops")
	if len(listed) != 1 || listed[0]["id"] != calls[0].id || listed[0]["state"] != "done" {
		t.Errorf("the ledger has %v, sent was %s", listed, calls[0].id)
	}
	d.want(exitOK, "enforce")
	if n := len(hook.calls()); n != 1 {
		t.Errorf("told %d times", n)
	}
	if os.Getenv("SLABRIDGE_SHOW") != "" {
		var out bytes.Buffer
		d.check(json.Indent(&out, calls[0].body, "", "  "))
		t.Log("\n" + calls[0].text + "\n" + out.String())
	}
}

// Through a channel that is not internal go numbers, clauses and moments, and no word that anybody wrote.
func TestNothingInternalGoesThroughAnOpenChannel(t *testing.T) {
	d, hook := newOffice(t), newReceiver(t)
	hook.tells(t, d, "language: en", "events: [warn, due]")
	d.breached()
	d.want(exitOK, "enforce")
	calls := hook.calls()
	if len(calls) != 1 {
		t.Fatalf("%d messages, want one", len(calls))
	}
	contains(t, "message", calls[0].text, "Deadline missed: #1")
	if strings.Contains(string(calls[0].body), "Nobody can log in") {
		t.Errorf("the subject went through a channel that is not internal:\n%s", calls[0].body)
	}
}

// A sample shows that a channel works, and an error of one that does not names no part of its address.
func TestNotifyTest(t *testing.T) {
	d, hook := newOffice(t), newReceiver(t)
	hook.tells(t, d, "internal: true, language: ru", "events: due")
	out := d.want(exitOK, "notify", "test", "ops")
	contains(t, "output", out.out, "sent through ops")
	if calls := hook.calls(); len(calls) != 1 || !strings.Contains(calls[0].text, "Это проба") {
		t.Errorf("taken: %+v", calls)
	}
	hook.answer = http.StatusForbidden
	out = d.want(exitFailed, "notify", "test", "ops")
	contains(t, "output", out.out, "HTTP 403")
	hook.Close()
	out = d.want(exitFailed, "notify", "test", "ops")
	if all := out.out + out.err; strings.Contains(all, "T0K3N") || strings.Contains(all, hook.URL) {
		t.Errorf("the error shows the address: %s", all)
	}
	contains(t, "usage", d.want(exitUsage, "notify", "test", "nobody").err, "choose from ops")
}

// A message goes through its channel's own proxy, with the channel's own authority; a proxy that refuses is told of
// without its password.
func TestMessagesGoThroughAProxy(t *testing.T) {
	d, hook := newOffice(t), unstartedReceiver(t)
	hook.StartTLS()
	var through atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := "Basic " + base64.StdEncoding.EncodeToString([]byte("acme:P4ssw0rd"))
		if r.Method != http.MethodConnect || r.Header.Get("Proxy-Authorization") != key {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		through.Add(1)
		tunnel(t, w, r.Host)
	}))
	t.Cleanup(proxy.Close)
	d.save(t, "hook.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: hook.Certificate().Raw}))
	d.save(t, "proxy.key", []byte("P4ssw0rd"))
	hook.tells(t, d, `internal: true, language: en, ca: hook.pem, proxy: {url: "`+proxy.URL+`", user: acme, `+
		"password: {file: proxy.key}}", "events: due")
	d.want(exitOK, "notify", "test", "ops")
	if n := through.Load(); len(hook.calls()) != 1 || n != 1 {
		t.Errorf("%d messages came, %d through the proxy", len(hook.calls()), n)
	}
	d.save(t, "proxy.key", []byte("0therP4ss"))
	out := d.want(exitFailed, "notify", "test", "ops")
	contains(t, "output", out.out+out.err, "Proxy Authentication Required")
	if strings.Contains(out.out+out.err, "0therP4ss") || len(hook.calls()) != 1 {
		t.Errorf("the proxy said no: %s", out.out+out.err)
	}
}

// A channel that fails is seen in health, and its message is sent again under the same id.
func TestFailingChannelIsSeenAndRetried(t *testing.T) {
	d, hook := newOffice(t), newReceiver(t)
	hook.tells(t, d, "internal: true, language: en", "events: due")
	hook.answer = http.StatusInternalServerError // having taken it all the same
	d.breached()
	d.want(exitOK, "enforce")
	d.at("2026-03-20 16:33:00")
	d.want(exitOK, "enforce")
	out := d.want(exitFailed, "health")
	contains(t, "health", out.out, "channel ops: the channel fails", "messages that wait: 1", "HTTP 500")
	hook.answer = http.StatusOK
	d.at("2026-03-20 16:40:00")
	d.want(exitOK, "enforce")
	d.want(exitOK, "health")
	calls := hook.calls()
	if len(calls) != 3 || calls[0].id != calls[2].id || calls[0].id == "" {
		t.Errorf("messages: %+v", calls)
	}
}

// The digest says in the channel's language what is due, what was missed and what is held.
func TestDigestOfADay(t *testing.T) {
	d, hook := newOffice(t), newReceiver(t)
	hook.tells(t, d, "internal: true, language: ru", `digest: "CRON_TZ=Asia/Almaty 0 17 * * *", anchor: true`)
	d.breached()
	d.want(exitOK, "enforce")
	d.report("Ещё не решено", "critical")
	d.at("2026-03-20 17:05:00")
	d.want(exitOK, "enforce")
	calls := hook.calls()
	if len(calls) != 1 {
		t.Fatalf("%d messages, want one", len(calls))
	}
	contains(t, "digest", calls[0].text, "Срок сегодня: ",
		"Нарушено сроков с ", "#1", "Nobody can log in",
		"Задержано", "журнал helpdesk: записей ")
	var m struct {
		Data struct{ HTML, Text string }
	}
	d.check(json.Unmarshal(calls[0].body, &m))
	if os.Getenv("SLABRIDGE_SHOW") != "" {
		t.Log("\n" + calls[0].text)
		listed := d.lines(exitOK, "ledger", "list", "--connection", "channel:ops")
		t.Log(listed)
		t.Log(d.want(exitOK, "ledger", "list", "--connection", "channel:ops").out)
		t.Log(d.want(exitOK, "--lang", "ru", "health").out)
	}
}
