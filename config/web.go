package config

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/exporter-toolkit/web"
	"go.yaml.in/yaml/v4"

	"slabridge/config/message"
)

// Web is who may ask at `listen`, and for what. The zero value: this machine alone, for everything.
type Web struct {
	Config string         // path of a file with certificate and passwords; "": neither
	Hosts  []string       // names under which the pages are asked for, beside addresses and localhost; lower case
	From   []netip.Prefix // of the proxies that are trusted to say who asks; none: none is
	Header string         // in which they say it
	// Readers say who may see what; nil means that everybody may see everything.
	Readers []Reader
}

// AllContracts stands for every contract among what a reader sees.
const AllContracts = "*"

// Reader is what some users see.
type Reader struct {
	Users     []string
	Contracts []string // ids, or AllContracts
}

// Sees reports whether a user may see a contract. A user whom no entry names sees none, once there are entries.
func (w *Web) Sees(user, contract string) bool {
	return w.SeesAll(user) || slices.ContainsFunc(w.Readers, func(r Reader) bool {
		return slices.Contains(r.Users, user) && slices.Contains(r.Contracts, contract)
	})
}

// SeesAll reports whether a user may see everything, that which belongs to no contract included.
func (w *Web) SeesAll(user string) bool {
	return w.Readers == nil || slices.ContainsFunc(w.Readers, func(r Reader) bool {
		return slices.Contains(r.Users, user) && slices.Contains(r.Contracts, AllContracts)
	})
}

// Knows reports whether a user may see anything.
func (w *Web) Knows(user string) bool {
	named := func(r Reader) bool { return slices.Contains(r.Users, user) }
	return w.Readers == nil || slices.ContainsFunc(w.Readers, named)
}

// Trusts reports whether a proxy at the address may say who asks.
func (w *Web) Trusts(from netip.Addr) bool {
	return slices.ContainsFunc(w.From, func(p netip.Prefix) bool { return p.Contains(from.Unmap()) })
}

// usualHeader is in which a proxy says who asks, unless told otherwise.
const usualHeader = "X-Forwarded-User"

// webReader reads `web`, and holds it against `listen` and the contracts.
type webReader struct {
	*source
	folder string
	listen string
}

func (r webReader) web(doc *webDoc, contracts []Contract) (w Web) {
	w = Web{Hosts: r.hosts(doc.Hosts)}
	users, secured := []string(nil), false
	if doc.Config != "" {
		w.Config = beside(r.folder, doc.Config)
		users, secured = r.webConfig(w.Config, doc.Config)
	}
	if p := doc.Proxy; p != nil && !r.hasFault("web.proxy") {
		w.From, w.Header = r.trusted(p.From), p.UserHeader
		if w.Header == "" {
			w.Header = usualHeader
		} else if !headerName.MatchString(w.Header) {
			r.fault("web.proxy.user_header", w.Header, "is not a header's name; write X-Forwarded-User")
		}
	}
	asks := len(users) > 0 || len(w.From) > 0
	r.readers(doc.Readers, contracts, users, asks, &w)
	if r.listen == "" || r.onlyHere() || r.hasFault("listen") || r.anyFault("web") {
		return w
	}
	if !asks {
		r.fault("listen", r.listen, "can be reached from other machines, and nobody is asked who they are; write "+
			"127.0.0.1:8427, or passwords (web.config) or a proxy that names the user (web.proxy)")
	} else if !secured {
		r.warn("listen", r.listen, "can be reached from other machines without encryption: passwords and requests can be "+
			"read on the way; put a certificate into web.config, or let no other than the proxy's machine reach it")
	}
	return w
}

// onlyHere reports whether only this machine can ask.
func (r webReader) onlyHere() bool {
	host, _, _ := strings.Cut(strings.TrimPrefix(r.listen, "["), "]")
	if !strings.HasPrefix(r.listen, "[") {
		host = r.listen[:max(0, strings.LastIndex(r.listen, ":"))]
	}
	return loopback(host)
}

// anyFault reports whether there is a fault at a path or below it.
func (r webReader) anyFault(path string) bool {
	return slices.ContainsFunc(r.faults, func(f Fault) bool {
		return f.Level == Error && (f.Path == path || strings.HasPrefix(f.Path, path+"."))
	})
}

func (r webReader) hosts(names []string) (out []string) {
	for _, name := range names {
		u, err := url.Parse("//" + name)
		if err != nil || u.Host != name || u.Port() != "" || u.Hostname() == "" {
			r.fault("web.hosts", name, "is not a name alone; write sla.example.org, without scheme and port")
			continue
		}
		out = append(out, strings.ToLower(name))
	}
	return out
}

var headerName = regexp.MustCompile(`^[A-Za-z0-9-]+$`)

// trusted reads addresses and networks.
func (r webReader) trusted(given []string) (out []netip.Prefix) {
	for _, s := range given {
		if a, err := netip.ParseAddr(s); err == nil {
			out = append(out, netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(s)
		switch {
		case err != nil:
			r.fault("web.proxy.from", s, "is neither an address nor a network; write 10.0.0.5 or 10.0.0.0/28")
		case p.Bits() == 0:
			r.fault("web.proxy.from", s, "is every address: anybody could say who they are; name the proxy's own")
		default:
			out = append(out, p.Masked())
		}
	}
	return out
}

// unknownKey and badLine find the parts of the YAML library's errors that may be shown. The rest quotes the file, which
// may hold a key.
var (
	unknownKey = regexp.MustCompile(`line (\d+): field ([A-Za-z0-9_]+) not found`)
	badLine    = regexp.MustCompile(`^yaml:.*?line (\d+)`)
)

// webFault says what is wrong with a web config, by what the library that serves by it says.
func webFault(err error) message.Message {
	text := strings.Join(strings.Fields(err.Error()), " ")
	if m := unknownKey.FindStringSubmatch(text); m != nil {
		return message.Of("is not a web configuration as Prometheus has it: line %s: it knows no key %q", m[1], m[2])
	}
	if m := badLine.FindStringSubmatch(text); m != nil {
		return message.Of("is not a web configuration as Prometheus has it: line %s", m[1])
	}
	var missing *fs.PathError
	switch {
	case errors.As(err, &missing):
		return message.Of("cannot be read: %v", missing.Err)
	case strings.Contains(text, "bcrypt"):
		return message.Of("has a password that is not a bcrypt hash; make one with htpasswd -nBC 10 USER")
	}
	return message.Of("has a certificate that cannot be used: %s", text)
}

// webConfig reads the file with certificate and passwords, and says whom it knows and whether it has a certificate.
func (r webReader) webConfig(file, name string) (users []string, secured bool) {
	if err := checkRegular(file); err != nil && !errors.Is(err, fs.ErrNotExist) { // the library would open a pipe
		r.fault("web.config", name, "cannot be read: %v", err)
		return nil, false
	}
	if err := web.Validate(file); err != nil {
		r.fault("web.config", name, "%s", webFault(err))
		return nil, false
	}
	found, err := readWebFile(file)
	if err != nil {
		r.fault("web.config", name, "cannot be read: %v", err)
		return nil, false
	}
	if info, err := os.Stat(file); err == nil && info.Mode().Perm()&0o007 != 0 {
		r.warn("web.config", name, "everyone on this machine may read it (mode %04o), and try passwords on it; chmod 640",
			info.Mode().Perm())
	}
	for user := range found.Users {
		users = append(users, user)
	}
	return users, len(found.TLS) > 0
}

// webFile is the part of a web config that we read ourselves; the library that uses it reads the rest.
type webFile struct {
	TLS   map[string]any    `yaml:"tls_server_config"`
	Users map[string]string `yaml:"basic_auth_users"`
}

func readWebFile(file string) (f webFile, err error) {
	data, err := readBounded(filepath.Clean(file))
	if err != nil {
		return f, err
	}
	return f, yaml.Unmarshal(data, &f)
}

// WebUsers are the users of a web config at this moment, each with the bcrypt hash of the password.
func WebUsers(file string) (map[string]string, error) {
	f, err := readWebFile(file)
	return f.Users, err
}

func (r webReader) readers(docs []readerDoc, contracts []Contract, users []string, asks bool, w *Web) {
	if len(docs) > 0 && !asks {
		r.fault("web.readers", "", "cannot be told apart: nobody is asked who they are; set web.config with "+
			"basic_auth_users, or web.proxy")
	}
	for i := range docs {
		path := fmt.Sprintf("web.readers[%d]", i)
		for _, id := range docs[i].Contracts {
			if id != AllContracts && !slices.ContainsFunc(contracts, func(c Contract) bool { return c.ID == id }) {
				r.warn(path+".contracts", id, "is no contract here")
			}
		}
		for _, user := range docs[i].Users {
			if len(w.From) == 0 && asks && !slices.Contains(users, user) {
				r.warn(path+".users", user, "has no password in web.config")
			}
		}
		w.Readers = append(w.Readers, Reader{docs[i].Users, docs[i].Contracts})
	}
}
