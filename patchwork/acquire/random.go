package acquire

// random draws rows uniformly without replacement: the baseline, and the first round before a model exists.
//
//	score = U(0, 1), independent for each row
var random = ByScore{
	About:  Card{Name: "random", About: "a uniform draw"},
	Score:  func(p *Pool, _ int) float64 { return p.Rand.Float64() },
	Reason: func(*Pool, int, float64) string { return "drawn at random" },

	Uniform: true,
}
