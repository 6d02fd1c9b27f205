//go:build race

package ledger_test

// raceDetector: SQLite, which is compiled to Go, runs some fifteen times slower under the detector, and the model
// test runs nothing beside itself: there it tries fewer histories.
const raceDetector = true
