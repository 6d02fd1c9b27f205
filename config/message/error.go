package message

import (
	"errors"
	"fmt"
	"strings"
)

// Failure is an error that is a message.
type Failure struct {
	Message
	err error // the same by package fmt, for what it wraps
}

// Errorf makes an error of a message; %w wraps as in package fmt.
func Errorf(format Format, args ...any) error {
	return &Failure{Of(format, args...), fmt.Errorf(string(format), args...)}
}

// New makes an error of a sentence without arguments.
func New(format Format) error { return &Failure{Of(format), errors.New(string(format))} }

// Error gives the error in English.
func (f *Failure) Error() string { return f.err.Error() }

// Unwrap gives what the error wraps.
func (f *Failure) Unwrap() []error {
	switch x := f.err.(type) { //nolint:errorlint // this one layer is asked for
	case interface{ Unwrap() error }:
		return []error{x.Unwrap()}
	case interface{ Unwrap() []error }:
		return x.Unwrap()
	}
	return nil
}

// Error gives an error in a language. One that was put together elsewhere keeps its own words around those of ours that
// it wraps; what the libraries and the system say is known by its English.
func Error(lang string, err error) string {
	if s, ok := err.(speaker); ok {
		return s.In(lang)
	}
	text := err.Error()
	if lang == English {
		return text
	}
	if inner := speaker(nil); !errors.As(err, &inner) {
		if known := Recall(lang, text); known != text {
			return known
		}
	}
	switch x := err.(type) { //nolint:errorlint // layer by layer
	case interface{ Unwrap() error }:
		if inner := x.Unwrap(); inner != nil {
			return around(lang, text, inner)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range x.Unwrap() {
			text = strings.Replace(text, inner.Error(), Error(lang, inner), 1)
		}
	}
	return text
}

// around gives the words around an error, and the error, in a language.
func around(lang, text string, inner error) string {
	before, after, found := strings.Cut(text, inner.Error())
	if !found {
		return Recall(lang, text)
	}
	return Recall(lang, before) + Error(lang, inner) + Recall(lang, after)
}
