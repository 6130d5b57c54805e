package patchwork

// Similar shows the images most like one, the most alike first, each with its cosine, and returns them.
func (n *Notebook) Similar(image string, count int) []Suggestion {
	ctx, stop := interruptible()
	defer stop()
	picks, err := n.Project.Similar(ctx, SimilarOptions{Images: []string{image}, N: count})
	check(err)
	n.showPicks(picks)
	return picks
}

// LookAlikes shows a page of images that look alike, the one that they look like first, and returns them. Another seed
// gives another page.
func (n *Notebook) LookAlikes(count int, seed uint64) []Suggestion {
	ctx, stop := interruptible()
	defer stop()
	picks, err := n.Project.LookAlikes(ctx, LookAlikesOptions{N: count, Seed: seed})
	check(err)
	n.showPicks(picks)
	return picks
}
