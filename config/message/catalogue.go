package message

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed catalogue
var files embed.FS

// entry is a sentence in one language, by the forms that its count calls for; one that counts nothing has other alone.
type entry map[string]string

// UnmarshalJSON takes a text alone, or its lines, for the form that fits every count.
func (e *entry) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err == nil {
		*e = entry{other: text}
		return nil
	}
	var lines []string
	if err := json.Unmarshal(data, &lines); err == nil {
		*e = entry{other: strings.Join(lines, "\n")}
		return nil
	}
	var forms map[string]string
	err := json.Unmarshal(data, &forms)
	*e = forms
	return err
}

// The forms' names, as CLDR has them.
const other = "other"

var formNames = map[plural.Form]string{
	plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: other,
}

// catalogue is what a language has for the sentences, and its templates of comments by their names.
type catalogue struct {
	tag      language.Tag
	entries  map[Format]entry
	comments map[string]string
}

// commentsGroup is the group of a catalogue whose entries are templates and not sentences.
const commentsGroup = "comments"

var catalogues = readCatalogues()

func readCatalogues() map[string]catalogue {
	out := map[string]catalogue{}
	for _, lang := range Languages {
		c, err := readCatalogue(lang)
		if err != nil {
			panic(fmt.Errorf("catalogue/%s.json: %w", lang, err)) // it is embedded: a test reads it first
		}
		out[lang] = c
	}
	return out
}

// readCatalogue reads a file, whose groups are for those who translate.
func readCatalogue(lang string) (catalogue, error) {
	data, err := files.ReadFile("catalogue/" + lang + ".json")
	if err != nil {
		return catalogue{}, err
	}
	var groups map[string]map[Format]entry
	if err := json.Unmarshal(data, &groups); err != nil {
		return catalogue{}, err
	}
	c := catalogue{language.Make(lang), map[Format]entry{}, map[string]string{}}
	for name, group := range groups {
		for format, e := range group {
			if name == commentsGroup {
				c.comments[string(format)] = e[other]
				continue
			}
			c.entries[format] = e
		}
	}
	return c, nil
}

// Comments gives the templates of comments in a language, by their names; English where the language has none.
func Comments(lang string) map[string]string {
	out := maps.Clone(catalogues[English].comments)
	maps.Copy(out, catalogues[lang].comments)
	return out
}

// translate gives the format in the language, in the form that its count takes; English where the language has none.
func translate(lang string, format Format, args []any) string {
	c := catalogues[lang]
	e, ok := c.entries[format]
	if !ok {
		return string(format)
	}
	if len(e) == 1 {
		return e[other]
	}
	form := plural.Cardinal.MatchPlural(c.tag, countOf(args), 0, 0, 0, 0)
	if text, ok := e[formNames[form]]; ok {
		return text
	}
	return e[other]
}

// countOf is what a sentence counts: its first whole number.
func countOf(args []any) int {
	for _, arg := range args {
		switch n := arg.(type) {
		case int:
			return max(n, -n)
		case int64:
			return int(max(n, -n))
		}
	}
	return 0
}
