//go:build race

package kernel

// raceDetector: with it sync.Pool forgets at random.
const raceDetector = true
