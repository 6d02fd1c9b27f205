package main

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
)

// phrase is a text for people, in English; a format keeps its verbs in their order in every language. Ids (of
// obligations, steps, states, severities, commands) are the same in all, and so are errors, flags and help: they are
// what people search for and report.
type phrase string

// english is the language that phrases are written in.
const english = "en"

//go:embed words
var wordFiles embed.FS

// translations has every phrase in each other language: a language is one file in words.
var translations = readTranslations()

func readTranslations() map[string]map[phrase]string {
	out := map[string]map[phrase]string{}
	files, err := wordFiles.ReadDir("words")
	if err != nil {
		panic(err) // what is embedded is always there
	}
	for _, f := range files {
		data, err := wordFiles.ReadFile(path.Join("words", f.Name()))
		if err != nil {
			panic(err)
		}
		var groups map[string]map[phrase]string
		if err := json.Unmarshal(data, &groups); err != nil {
			panic(fmt.Errorf("words/%s: %w", f.Name(), err)) // a test reads it first
		}
		words := map[phrase]string{}
		for _, group := range groups {
			for p, text := range group {
				words[p] = text
			}
		}
		out[strings.TrimSuffix(f.Name(), ".json")] = words
	}
	return out
}

// languages are those that the commands speak, English last.
func languages() []string {
	var out []string
	for lang := range translations {
		out = append(out, lang)
	}
	slices.Sort(out)
	return append(out, english)
}

// t gives the phrase in the language of the reader.
func (p *page) t(text phrase) string {
	if translated, ok := translations[p.lang][text]; ok {
		return translated
	}
	return string(text)
}

// tf is t for a format.
func (p *page) tf(format phrase, args ...any) string { return fmt.Sprintf(p.t(format), args...) }
