//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	system "golang.org/x/sys/unix"

	"slabridge/connectors/jira/jirasim"
	"slabridge/connectors/redmine/redminesim"
)

// openTerminal gives both ends of a terminal: what is written to the first is typed to whoever reads the second.
func openTerminal(t *testing.T) (keyboard, terminal *os.File) {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("no terminal here: %v", err)
	}
	t.Cleanup(func() { _ = keyboard.Close() })
	fd := int(keyboard.Fd()) //nolint:gosec // a small number
	number, err := system.IoctlGetInt(fd, system.TIOCGPTN)
	if err == nil {
		err = system.IoctlSetPointerInt(fd, system.TIOCSPTLCK, 0)
	}
	if err == nil {
		terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|system.O_NOCTTY, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = terminal.Close() })
	return keyboard, terminal
}

// sitter sits at the terminal: reads what is shown and types an answer to each question, Enter alone where it has none.
type sitter struct {
	t        *testing.T
	keyboard *os.File
	answers  map[string]string // by the question's id
	mu       sync.Mutex
	shown    bytes.Buffer
	asked    []string
	keys     int
}

var questionID = regexp.MustCompile(`\[([^\[\]]+)\]\n`)

// Write implements io.Writer: the screen.
func (p *sitter) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shown.Write(b)
	if !bytes.HasSuffix(p.shown.Bytes(), []byte("\n> ")) {
		return len(b), nil
	}
	ids := questionID.FindAllStringSubmatch(p.shown.String(), -1)
	id := ids[len(ids)-1][1]
	p.asked = append(p.asked, id)
	answer := p.answers[id]
	p.keys += utf8.RuneCountInString(answer) + 1
	p.shown.WriteString(answer + "\n") // a terminal echoes
	if _, err := p.keyboard.WriteString(answer + "\n"); err != nil {
		p.t.Error(err)
	}
	return len(b), nil
}

// sit runs init at a terminal, and gives the person with all they saw.
func (n *newcomer) sit(t *testing.T, address string, answers map[string]string) *sitter {
	t.Helper()
	keyboard, terminal := openTerminal(t)
	answers["key"] = n.key
	p := &sitter{t: t, keyboard: keyboard, answers: answers}
	a := newApp(terminal, p, p, n.clock)
	a.transport, a.lang = n.transport, n.lang
	root := a.root()
	root.SetArgs([]string{"--config", n.file("slabridge.yaml"), "--lang", n.lang, "init", address})
	err := root.ExecuteContext(t.Context())
	n.must(a.out.flush())
	if err != nil {
		t.Fatalf("init %s: %v\n%s", address, err, p.shown.String())
	}
	return p
}

// newcomersDesk is a tracker that somebody sets slabridge up for.
type newcomersDesk struct {
	address string
	tracker func(n *newcomer) (trial func() error)
	answers map[string]string // by the question's id; Enter alone where there is none
	most    int               // questions
	keys    int               // to press, beside those of the key
	receipt string            // of the trial request
}

// begin starts the time, at which a customer sends the trial request after 20 seconds: init waits for it by then.
func (d newcomersDesk) begin(t *testing.T) *newcomer {
	t.Helper()
	n := newNewcomer(t)
	trial := d.tracker(n)
	n.began = time.Now()
	go func() {
		time.Sleep(20 * time.Second)
		n.must(trial())
	}()
	return n
}

// A newcomer at a terminal, from the address to the receipt of a trial request: few questions, few keys, and nothing of
// the configuration is to be corrected afterwards. The same answers through a pipe do the same.
func TestInitAtATerminal(t *testing.T) {
	onRedmine := func(tracker *redminesim.Server, project string) func() error {
		return func() error {
			_, err := tracker.As("romashkin").Create(redminesim.NewIssue{Project: project, Subject: "Trial"})
			return err
		}
	}
	onJira := func(tracker *jirasim.Server) func() error {
		return func() error {
			_, err := tracker.As("romashkin").Create(jirasim.NewIssue{
				Project: "ACME", Subject: "Trial", RequestType: "Ask a question",
			})
			return err
		}
	}
	for name, d := range map[string]newcomersDesk{
		"Redmine's default data": {
			address: "tracker.example.org/projects/shop",
			tracker: func(n *newcomer) func() error { return onRedmine(n.defaultRedmine(), "shop") },
			answers: map[string]string{"contract": "2", "role.Developer": "1", "trial": "yes"},
			most:    10, keys: 15, receipt: "Your request No. 13 has been received",
		},
		"a Russian desk": {
			address: "tracker.example.org",
			tracker: func(n *newcomer) func() error { return onRedmine(n.russianRedmine(), "acme") },
			answers: map[string]string{"contract": "2", "severity.Мелочь": "3", "trial": "да"},
			most:    7, keys: 11, receipt: "Ваше обращение № 13 получено",
		},
		"Jira Cloud": {
			address: "example.atlassian.net/browse/ACME-1",
			tracker: func(n *newcomer) func() error { return onJira(n.jiraDeskOf(true)) },
			answers: map[string]string{"contract": "2", "user": "sla-bot@example.org", "trial": "y"},
			most:    6, keys: 27, receipt: "Your request No. ACME-9 has been received",
		},
		"Jira Data Center": {
			address: "https://jira.example.org",
			tracker: func(n *newcomer) func() error { return onJira(n.jiraDeskOf(false)) },
			answers: map[string]string{"contract": "2", "trial": "1"},
			most:    6, keys: 8, receipt: "Your request No. ACME-9 has been received",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var typed strings.Builder // the same answers, for a pipe
			var atTerminal string
			synctest.Test(t, func(t *testing.T) {
				n := d.begin(t)
				p := n.sit(t, d.address, d.answers)
				out := p.shown.String()
				t.Logf("%d questions (%s), %d keys, %s to the receipt", len(p.asked), strings.Join(p.asked, ", "),
					p.keys-len(n.key), time.Since(n.began))
				if len(p.asked) > d.most || p.keys-len(n.key) > d.keys {
					t.Errorf("%d questions, %d keys; want at most %d and %d\n%s", len(p.asked), p.keys-len(n.key), d.most,
						d.keys, out)
				}
				for _, id := range p.asked {
					typed.WriteString(d.answers[id] + "\n")
				}
				contains(t, "init", unfolded(out), d.receipt)
				atTerminal = n.written()
			})
			synctest.Test(t, func(t *testing.T) {
				n := d.begin(t)
				contains(t, "init", n.typing(t, typed.String(), "init", d.address), d.receipt)
				if got := n.written(); got != atTerminal {
					t.Errorf("a pipe's answers make another configuration:\n%s", strings.Join(differences(atTerminal, got), "\n"))
				}
			})
		})
	}
}
