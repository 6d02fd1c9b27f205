package channels

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
)

// mailbox is a mail server that keeps the letters it takes.
type mailbox struct {
	net.Listener
	letters chan string
	answer  string // to the end of a letter; "" closes the connection without one
}

func newMailbox(t *testing.T) *mailbox {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &mailbox{Listener: l, letters: make(chan string, 10), answer: "250 ok"}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(c, "220 mail\r\n") // whoever is gone reads nothing
			b.serve(c)
		}
	}()
	return b
}

// serve speaks just enough of SMTP, after the greeting.
func (b *mailbox) serve(c net.Conn) {
	defer c.Close()
	in := bufio.NewScanner(c)
	say := func(s string) { _, _ = fmt.Fprintf(c, "%s\r\n", s) }
	for in.Scan() {
		switch verb := strings.ToUpper(strings.Fields(in.Text() + " -")[0]); verb {
		case "EHLO", "HELO":
			say("250 mail")
		case "DATA":
			say("354 go on")
			var letter strings.Builder
			for in.Scan() && in.Text() != "." {
				letter.WriteString(in.Text() + "\n")
			}
			b.letters <- letter.String()
			if b.answer == "" {
				return
			}
			say(b.answer)
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func mailTo(t *testing.T, b *mailbox) *Channel {
	t.Helper()
	c, err := New(Settings{
		ID: "mail", Clock: func() time.Time { return time.Date(2026, 3, 20, 11, 30, 0, 0, time.UTC) },
		URL: fmt.Sprintf("smtp://%s/?from=sla@example.org&to=duty@example.org,lead@example.org&encryption=None", b.Addr()),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A letter has text and a page, our id, and no header that a subject could put in.
func TestMail(t *testing.T) {
	b := newMailbox(t)
	m := connectors.Message{
		ID: "vhw4bs1wrc97", Subject: "Срок нарушен: #1\r\nBcc: everyone@example.org",
		Text: "Срок нарушен: #1", HTML: "<p>Срок</p>",
	}
	if err := mailTo(t, b).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	letter := <-b.letters
	for _, want := range []string{
		"Message-ID: <vhw4bs1wrc97@slabridge>", "Auto-Submitted: auto-generated", "multipart/alternative", "text/plain",
		"text/html", "To: <duty@example.org>, <lead@example.org>",
	} {
		if !strings.Contains(letter, want) {
			t.Errorf("the letter has no %q", want)
		}
	}
	if strings.Contains(letter, "\nBcc:") {
		t.Error("the subject put a header in")
	}
	if t.Failed() || os.Getenv("SLABRIDGE_SHOW") != "" {
		t.Log("\n" + letter)
	}
}

// What a mail server says of a letter.
func TestClassesOfMail(t *testing.T) {
	for answer, want := range map[string]connectors.Class{
		"250 ok": 0, "451 try later": connectors.TryLater, "554 no": connectors.Refused, "": connectors.Unknown,
	} {
		b := newMailbox(t)
		b.answer = answer
		err := mailTo(t, b).Send(t.Context(), connectors.Message{ID: "m", Subject: "s", Text: "t"})
		if got := connectors.ClassOf(err); got != want {
			t.Errorf("answer %q: %v, want %v (%v)", answer, got, want, err)
		}
		if err != nil && strings.Contains(err.Error(), b.Addr().String()) {
			t.Errorf("the error shows the address: %v", err)
		}
	}
	b := newMailbox(t)
	_ = b.Close()
	err := mailTo(t, b).Send(t.Context(), connectors.Message{ID: "m", Subject: "s", Text: "t"})
	if connectors.ClassOf(err) != connectors.TryLater {
		t.Errorf("nobody there: %v", err)
	}
}
