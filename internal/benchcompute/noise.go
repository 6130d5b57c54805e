package main

// noise returns n numbers in [−1, 1) that worker.py draws too:
//
//	state ← 1664525·state + 1013904223 mod 2³²        number = ⌊state/2⁸⌋/2²³ − 1
//
// Source: the linear congruential generator of Numerical Recipes. The numbers are far from random and good enough to
// multiply.
func noise(seed uint32, n int) []float32 {
	out := make([]float32, n)
	state := seed
	for i := range out {
		state = 1664525*state + 1013904223
		out[i] = float32(state>>8)/(1<<23) - 1
	}
	return out
}
