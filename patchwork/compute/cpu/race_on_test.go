//go:build race

package cpu

// raceDetector: with it sync.Pool forgets at random.
const raceDetector = true
