package board

import (
	"embed"
	"html/template"
)

//go:embed pages
var files embed.FS

// Part is a heading with what stands under it.
type Part struct {
	Title string
	Lines []string
	Table *Table
	None  string // in place of the table, where there is nothing
	Words []Quote
}

// Table is a table; cells stand in rows. Name is told to those who go to it with the keyboard, to move it sideways.
type Table struct {
	Name string
	Head []Cell
	Rows [][]Cell
}

// Cell is a text, perhaps with a link and a second line. Request is the key of the request whose page the text leads
// to, on the board. Lines are a list in place of the text.
type Cell struct {
	Text, Note, Link, Class, Request string
	Lines                            []string
}

// Quote is a text that was written, word for word.
type Quote struct {
	Head Cell
	Text string
}

// Chart is a picture with its name. What it shows is also said in words, for those who cannot see it.
type Chart struct {
	Title   string
	Picture template.HTML
}

// WithParts adds to a template those that show a Table and a Cell: "table" and "cell". They escape what they are given
// for the place where it stands: text of a tracker is data.
func WithParts(t *template.Template) *template.Template {
	return template.Must(t.ParseFS(files, "pages/parts.html"))
}
