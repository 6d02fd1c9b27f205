//go:build race

package main

// killThin thins the sampled kill sweep out under the race detector, where SQLite, which is compiled to Go, runs some
// fifteen times slower.
const killThin = 10
