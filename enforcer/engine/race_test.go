//go:build race

package engine_test

// stride thins out the longest loops under the race detector, where SQLite, which is compiled to Go, runs some fifteen
// times slower: there every 13th point is tried, a different one for each fault.
const stride = 13
