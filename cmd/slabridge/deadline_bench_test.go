package main

import (
	"bytes"
	"fmt"
	"io"
	"testing"
	"time"
)

// notices is the input of `deadline --stdin`: contracts, severities and moments of four years, mixed.
func notices(n int) []byte {
	kinds := []struct{ contract, severity string }{
		{"kamal", "critical"},
		{"kamal", "noncritical"},
		{"rusbitech", "normal"},
		{"vendor-kz", "fault"},
		{"endocs", "normal"},
	}
	var b bytes.Buffer
	from := time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		k := kinds[i%len(kinds)]
		at := from.Add(time.Duration(i*7919%(4*365*24*60)) * time.Minute)
		fmt.Fprintf(&b, `{"contract":%q,"severity":%q,"received":%q}`+"\n", k.contract, k.severity, at.Format(time.RFC3339))
	}
	return b.Bytes()
}

// BenchmarkDeadlineStdin answers 10,000 notices with all their reasons; the aim is 10,000 a second.
func BenchmarkDeadlineStdin(b *testing.B) {
	const n = 10_000
	in := notices(n)
	b.ReportAllocs()
	for b.Loop() {
		a := newApp(bytes.NewReader(in), io.Discard, io.Discard, time.Now)
		if code := a.run([]string{"deadline", "--stdin"}); code != exitOK {
			b.Fatalf("exit code %d", code)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "notices/s")
}
