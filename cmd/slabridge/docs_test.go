package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// fence is a block of code in a document, with what stands behind its opening fence.
var fence = regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$")

// ownContract is the contract of one's own that a document ends its explanation with.
func ownContract(t *testing.T, document string) string {
	t.Helper()
	for _, block := range fence.FindAllStringSubmatch(document, -1) {
		if block[1] == "yaml" && strings.HasPrefix(block[2], "# own.yaml") {
			return block[2]
		}
	}
	t.Fatal("the document has no own.yaml")
	return ""
}

// transcript is a command in a document that needs nothing but the program and own.yaml, and the output below it.
type transcript struct {
	args   []string
	output string
}

var answerable = regexp.MustCompile(`^\$ slabridge (--lang ru )?(contract show|deadline --contract) (own\.yaml|kamal|rusbitech|vendor-kz|endocs)( |$)`)

func commandsIn(document string) []transcript {
	var out []transcript
	for _, block := range fence.FindAllStringSubmatch(document, -1) {
		inside := false
		for line := range strings.Lines(block[2]) {
			switch {
			case answerable.MatchString(strings.TrimSpace(line)):
				out, inside = append(out, transcript{args: strings.Fields(line)[2:]}), true
			case strings.HasPrefix(line, "$ "):
				inside = false
			case inside:
				out[len(out)-1].output += line
			}
		}
	}
	return out
}

// in reports whether the output is what was said, where a line of three dots stands for any lines.
func (s *transcript) in(said string) bool {
	parts := strings.Split("\n"+s.output, "\n...\n")
	rest, end := "\n"+said, len(parts)-1
	for i, part := range parts {
		if i > 0 {
			part = "\n" + part
		}
		if i < end {
			part += "\n"
		}
		before, after, ok := strings.Cut(rest, part)
		if !ok || i == 0 && before != "" {
			return false
		}
		rest = "\n" + after
	}
	return rest == "\n" || parts[end] == ""
}

// What the documents show of contracts and deadlines is what the program says today.
func TestDocumentsShowWhatIsSaid(t *testing.T) {
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(files) < 8 {
		t.Fatalf("%v, %v", files, err)
	}
	run := 0
	for _, file := range append(files, "../../README.md", "../../README.ru.md") {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		document := string(data)
		t.Run(filepath.Base(file), func(t *testing.T) {
			commands := commandsIn(document)
			folder := t.TempDir()
			if strings.Contains(document, "# own.yaml") {
				if err := os.WriteFile(filepath.Join(folder, "own.yaml"), []byte(ownContract(t, document)), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			t.Chdir(folder)
			for _, c := range commands {
				if said := say(t, c.args...); !c.in(said) {
					t.Errorf("%v says\n%s\nand the document shows\n%s", c.args, said, c.output)
				}
				run++
			}
		})
	}
	if run < 5 {
		t.Errorf("only %d commands found", run)
	}
}

func say(t *testing.T, args ...string) string {
	t.Helper()
	if args[0] != "--lang" {
		args = append([]string{"--lang", "en"}, args...)
	}
	var out, errs bytes.Buffer
	if code := newApp(strings.NewReader(""), &out, &errs, time.Now).run(args); code != exitOK {
		t.Fatalf("slabridge %v: exit code %d\n%s", args, code, errs.String())
	}
	return out.String()
}

// The example is a whole contract, and the same one in both languages.
func TestDocumentsOwnContract(t *testing.T) {
	var said []string
	for _, file := range []string{"../../docs/contracts.md", "../../docs/contracts.ru.md"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		own := filepath.Join(t.TempDir(), "own.yaml")
		if err := os.WriteFile(own, []byte(ownContract(t, string(data))), 0o600); err != nil {
			t.Fatal(err)
		}
		said = append(said, say(t, "contract", "show", own, "-o", "json"))
	}
	if said[0] != said[1] {
		t.Errorf("the examples differ:\n%s%s", said[0], said[1])
	}
}

// What the READMEs show of the demo is what it prints, line by line, with what they leave out.
func TestReadmeShowsTheDemo(t *testing.T) {
	for file, lang := range map[string]string{"../../README.md": "en", "../../README.ru.md": "ru"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(lang, func(t *testing.T) {
			shown := codeBlockWith(t, string(data), "romashkin")
			t.Chdir(t.TempDir())
			rest := say(t, "--lang", lang, "demo")
			for line := range strings.Lines(shown) {
				if strings.TrimSpace(line) == "..." {
					continue
				}
				_, after, ok := strings.Cut("\n"+rest, "\n"+line)
				if !ok {
					t.Fatalf("the demo does not print, after what was found before it:\n%s", line)
				}
				rest = after
			}
		})
	}
}

// codeBlockWith is the document's block of code that holds the word.
func codeBlockWith(t *testing.T, document, word string) string {
	t.Helper()
	blocks := strings.Split(document, "\n```")
	for i := 1; i < len(blocks); i += 2 {
		_, block, _ := strings.Cut(blocks[i], "\n")
		if strings.Contains(block, word) {
			return block + "\n"
		}
	}
	t.Fatalf("no block of code holds %s", word)
	return ""
}
