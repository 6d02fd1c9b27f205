//go:build !race

package engine_test

// stride thins out the longest loops under the race detector; here every point is tried.
const stride = 1
