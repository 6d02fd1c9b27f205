package channels

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
)

// keptMailbox is a mail server that speaks TLS and takes letters from sla with its password alone.
type keptMailbox struct {
	*mailbox
	tls      *tls.Config
	roots    *x509.CertPool
	implicit bool // TLS from the start
}

const mailPassword = "P4ssw0rd"

func newKeptMailbox(t *testing.T, implicit bool) *keptMailbox {
	t.Helper()
	certified := httptest.NewTLSServer(nil)
	defer certified.Close()
	b := &keptMailbox{mailbox: &mailbox{letters: make(chan string, 10), answer: "250 ok"}, implicit: implicit}
	b.tls = &tls.Config{Certificates: certified.TLS.Certificates, MinVersion: tls.VersionTLS12}
	b.roots = x509.NewCertPool()
	b.roots.AddCert(certified.Certificate())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	b.Listener = l
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if implicit {
				b.talk(tls.Server(c, b.tls), true)
			} else {
				b.talk(c, false)
			}
		}
	}()
	return b
}

// talk answers until somebody has logged in over TLS, and leaves the letter to serve.
func (b *keptMailbox) talk(c net.Conn, secure bool) {
	in := bufio.NewReader(c)
	say := func(s string) { _, _ = fmt.Fprintf(c, "%s\r\n", s) }
	if !secure || b.implicit {
		say("220 mail")
	}
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			_ = c.Close()
			return
		}
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch strings.ToUpper(verb) {
		case "EHLO":
			if secure {
				say("250-mail")
				say("250 AUTH PLAIN")
			} else {
				say("250-mail")
				say("250 STARTTLS")
			}
		case "STARTTLS":
			say("220 go on")
			b.talk(tls.Server(c, b.tls), true)
			return
		case "AUTH":
			word, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(rest, "PLAIN ")) // "" is no login
			if !secure || string(word) != "\x00sla\x00"+mailPassword {
				say("535 no such login")
				continue
			}
			say("235 welcome")
			b.serve(c)
			return
		case "QUIT":
			say("221 bye")
			_ = c.Close()
			return
		default:
			say("530 who are you?")
		}
	}
}

// A letter goes out with a login over TLS, from the start or after STARTTLS; never in the clear where the address says
// TLS, and never to a server whose certificate nobody vouches for. No error shows the password.
func TestMailWithALogin(t *testing.T) {
	for name, c := range map[string]struct {
		encryption, password string
		implicit, unknown    bool
		says                 string // "" where the letter arrives
	}{
		"after STARTTLS":        {encryption: "ExplicitTLS", password: mailPassword},
		"from the start":        {encryption: "ImplicitTLS", password: mailPassword, implicit: true},
		"with another password": {encryption: "ExplicitTLS", password: "0therP4ss", says: "no such login"},
		"to a stranger":         {encryption: "ExplicitTLS", password: mailPassword, unknown: true, says: "certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newKeptMailbox(t, c.implicit)
			roots := b.roots
			if c.unknown {
				roots = x509.NewCertPool()
			}
			way, err := New(Settings{
				ID: "mail", Roots: roots, Clock: func() time.Time { return time.Date(2026, 3, 20, 11, 30, 0, 0, time.UTC) },
				URL: fmt.Sprintf("smtp://sla:%s@%s/?from=sla@example.org&to=duty@example.org&encryption=%s", c.password, b.Addr(),
					c.encryption),
			})
			if err != nil {
				t.Fatal(err)
			}
			m := connectors.Message{ID: "vhw4bs1wrc97", Subject: "s", Text: "Срок нарушен: #1"}
			err = way.Send(t.Context(), m)
			if c.says == "" {
				if err != nil {
					t.Fatal(err)
				}
				if letter := <-b.letters; !strings.Contains(letter, "vhw4bs1wrc97@slabridge") {
					t.Errorf("the letter: %s", letter)
				}
				return
			}
			if err == nil || connectors.ClassOf(err) != connectors.TryLater || !strings.Contains(err.Error(), c.says) ||
				strings.Contains(err.Error(), c.password) || len(b.letters) > 0 {
				t.Errorf("%v, %d letters", err, len(b.letters))
			}
		})
	}
}
