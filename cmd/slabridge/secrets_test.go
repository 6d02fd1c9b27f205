package main

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// catch keeps everything that the program says and leaves behind, to be searched for what must not be in it.
type catch struct {
	secret string
	texts  map[string][]byte
}

func (c *catch) keep(what string, text []byte) {
	c.texts[fmt.Sprintf("%03d %s", len(c.texts), what)] = text
}

// forms are how a key might show itself.
func (c *catch) forms() []string {
	return []string{
		c.secret, strings.ToUpper(c.secret), url.QueryEscape(c.secret), hex.EncodeToString([]byte(c.secret)), c.secret[:12],
		base64.StdEncoding.EncodeToString([]byte(c.secret))[:40],
		base64.StdEncoding.EncodeToString([]byte(c.secret + ":"))[:40],
		base64.StdEncoding.EncodeToString([]byte(":" + c.secret))[4:40],
	}
}

// search fails the test for every hit.
func (c *catch) search(t *testing.T) {
	t.Helper()
	size := 0
	for what, text := range c.texts {
		size += len(text)
		for _, form := range c.forms() {
			if at := bytes.Index(text, []byte(form)); at >= 0 {
				t.Errorf("%s tells the key: ...%q...", what, text[max(at-60, 0):min(at+80, len(text))])
			}
		}
	}
	t.Logf("%d texts and files, %d KiB, searched for %d forms of the key", len(c.texts), size>>10, len(c.forms()))
}

// echo answers with what it was asked, key and all, as a debugging proxy in between might.
func echo(status int, kind string) func(http.Handler) http.Handler {
	return func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			key := r.Header.Get("X-Redmine-API-Key")
			w.Header().Set("Content-Type", kind)
			w.Header().Set("X-Debug", key)
			w.Header().Set("Location", "http://elsewhere.example.org/?key="+key)
			w.WriteHeader(status)
			body := "<html><title>" + key + "</title>" + key
			if strings.Contains(kind, "json") {
				body = `{"errors":["no such key: ` + key + `"]}`
			}
			_, _ = io.WriteString(w, body) // into memory
		})
	}
}

// A key is planted and every command run, with --debug, against trackers that are well, away, broken, that redirect,
// and that say the key back; then everything said, logged, kept and left behind is searched for it.
func TestTheKeyIsNowhere(t *testing.T) {
	d := newOffice(t, `listen: "off"`, "listen: 127.0.0.1:0")
	c := &catch{secret: d.key, texts: map[string][]byte{}}
	run := func(args ...string) {
		t.Helper()
		for _, more := range [][]string{{"--debug"}, {"--debug", "-o", "json"}} {
			o := d.run(append(args, more...)...)
			c.keep(strings.Join(args, " "), []byte(o.out+o.err))
		}
	}
	commands := [][]string{
		{"version"},
		{"check"},
		{"check", "--live"},
		{"sync"},
		{"sync", "--full"},
		{"plan"},
		{"enforce"},
		{"status"},
		{"explain", "1"},
		{"health"},
		{"ledger", "list"},
		{"ledger", "list", "--summary"},
		{"ledger", "release", "--all"},
		{"ledger", "retry", "--all"},
		{"ledger", "waive", "1", "respond", "--reason", "a drill", "--by", "Olga Orlova"},
		{"contract", "show", "kamal-acme"},
		{"report", "--contract", "kamal-acme", "--from", "2026-03-01", "--to", "2026-03-31"},
		{"no-such-command"},
		{"sync", "--no-such-flag"},
	}
	d.breached()
	for _, args := range commands {
		run(args...)
	}
	c.keep("report csv",
		[]byte(d.run("report", "--contract", "kamal-acme", "--from", "2026-03-01", "--to", "2026-03-31", "-o", "csv").out))
	for name, trouble := range map[string]func(http.Handler) http.Handler{
		"500": echo(500, "text/html"), "422": echo(422, "application/json"), "401": echo(401, "application/json"),
		"403": echo(403, "text/html"),
		"404": echo(404, "application/json"), "200 HTML": echo(200, "text/html"),
		"200 no list": echo(200, "application/json"),
		"302":         echo(302, "text/html"), "308": echo(308, "text/html"), "429": echo(429, "text/plain"),
	} {
		d.sim.Use(trouble)
		d.at("2026-03-20 16:31:00")
		for _, args := range [][]string{{"check", "--live"}, {"sync", "--full"}, {"enforce"}, {"health"}, {"status"}} {
			run(args...)
		}
		c.keep("after "+name, nil)
	}
	// writes that are refused with the key in the answer: they are kept in the ledger
	d.sim.Use(nil)
	d.at("2026-03-20 18:00:01")
	d.report("Another", "critical")
	d.sim.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				next.ServeHTTP(w, r)
				return
			}
			echo(422, "application/json")(nil).ServeHTTP(w, r)
		})
	})
	run("enforce")
	run("ledger", "list")
	d.sim.Use(nil)
	d.at("2026-03-20 18:05:00")
	run("enforce")
	run("backup", d.file("backup.db"))

	for name, text := range map[string]string{
		"plain":   `{api_key: ` + d.key + `}`,
		"braces":  `{api_key: "${` + d.key + `}"}`,
		"file":    `{api_key: {file: "` + d.key + `"}}`,
		"both":    `{api_key: {file: demo.key}, token: ` + d.key + `}`,
		"unknown": `{key: ` + d.key + `}`,
	} {
		d.configure("{api_key: {file: demo.key}}", text)
		run("check")
		run("enforce")
		c.keep("configuration "+name, nil)
	}
	for _, address := range []string{
		"http://" + d.key + "@127.0.0.1", "http://127.0.0.1/?key=" + d.key,
		"ftp://127.0.0.1/" + d.key,
	} {
		d.configure("http://127.0.0.1", address)
		run("check")
	}
	d.configure(`listen: "off"`, "listen: 127.0.0.1:0")
	d.alive(c)
	d.left(c)
	c.search(t)
}

// alive runs the daemon with --debug and keeps its log, its health and its metrics.
func (d *office) alive(c *catch) {
	d.t.Helper()
	log := newLogbook()
	a := newApp(strings.NewReader(""), io.Discard, log, d.clock)
	a.transport = d.sim.Transport()
	ended := make(chan int, 1)
	go func() { ended <- a.run([]string{"--config", d.file("slabridge.yaml"), "--debug", "run"}) }()
	text := log.await(d.t, 1, "msg=pass")
	address := regexp.MustCompile(`listen=(127\.0\.0\.1:\d+)`).FindStringSubmatch(text)
	for _, path := range []string{"/metrics", "/healthz", "/debug/pprof/", "/"} {
		_, body := get(d.t, "http://"+address[1]+path)
		c.keep(path, []byte(body))
	}
	signalSelf(d.t, 15)
	<-ended
	c.keep("log", []byte(log.await(d.t, 1, "msg=stopped")))
}

// left keeps what is left behind in the office's folder, but for what the admin put there.
func (d *office) left(c *catch) {
	d.t.Helper()
	d.check(filepath.WalkDir(d.folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == "demo.key" || strings.HasSuffix(e.Name(), ".yaml") {
			return err
		}
		text, err := os.ReadFile(path)
		c.keep(e.Name(), text)
		return err
	}))
	w, err := d.app(&bytes.Buffer{}, &bytes.Buffer{}).opened(d.file("slabridge.yaml"))
	d.check(err)
	defer w.close()
	for _, table := range []string{"mirror_issue", "mirror_event", "mirror_directory", "mirror_work"} {
		c.unpack(d, w, table)
	}
}

// unpack keeps the bodies of a mirror's table as they read: most are deflated, and would hide a key from a search.
func (c *catch) unpack(d *office, w *workspace, table string) {
	d.t.Helper()
	rows, err := w.file.Query("SELECT body FROM " + table) //nolint:gosec // a name of ours
	d.check(err)
	defer rows.Close()
	for rows.Next() {
		var body []byte
		d.check(rows.Scan(&body))
		if len(body) > 0 && body[0] == 1 {
			body, err = io.ReadAll(flate.NewReader(bytes.NewReader(body[1:])))
			d.check(err)
		}
		c.keep(table, body)
	}
	d.check(rows.Err())
}

// A certificate that nobody vouches for, a port where nobody listens, and a tracker that sends the program to another
// host: whole processes with a real network. The other host is never told the key.
func TestTheKeyStaysWithItsHost(t *testing.T) {
	p := newPlant(t)
	c := &catch{secret: p.key, texts: map[string][]byte{}}
	stolen := make(chan http.Header, 100)
	thief := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { stolen <- r.Header }))
	defer thief.Close()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	tls := httptest.NewUnstartedServer(p.sim)
	tls.Config.ErrorLog = log.New(io.Discard, "", 0)
	tls.StartTLS()
	defer tls.Close()
	redirecting := httptest.NewServer(http.RedirectHandler(thief.URL+"/issues.json", http.StatusTemporaryRedirect))
	defer redirecting.Close()
	trusted := p.url()
	for name, address := range map[string]string{"tls": tls.URL, "closed": closed.URL, "redirect": redirecting.URL} {
		p.configure("http://127.0.0.1", address)
		for _, args := range [][]string{{"check", "--live"}, {"sync"}, {"enforce"}} {
			for _, more := range [][]string{{"--debug"}, {"--debug", "-o", "json"}} {
				o := p.process(exitTracker, append(args, more...)...)
				c.keep(name, []byte(o.out+o.err))
			}
		}
	}
	close(stolen)
	for h := range stolen {
		t.Errorf("the other host was asked, with %v", h)
	}
	p.configure("http://127.0.0.1", trusted)
	p.process(exitOK, "enforce")
	p.left(c)
	c.search(t)
}
