//go:build !race

package main

// killThin thins the sampled kill sweep out under the race detector; here it is whole.
const killThin = 1
