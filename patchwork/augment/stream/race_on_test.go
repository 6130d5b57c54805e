//go:build race

package stream

// raceDetector: with it sync.Pool forgets at random.
const raceDetector = true
