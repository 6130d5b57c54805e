package acquire

// inOrder takes rows as they come: the order of the files.
//
//	score = -row
var inOrder = ByScore{
	About:  Card{Name: "in order", About: "one file after the other"},
	Score:  func(_ *Pool, row int) float64 { return float64(-row) },
	Reason: func(*Pool, int, float64) string { return "next in the order of the files" },
}
