package segment

import "fmt"

// Report counts over many images how often a draw of segments goes wrong.
type Report struct {
	Images   int // pairs of views that were looked at
	K        int // segments asked for
	Common   int // segments that both views show, over all images
	Lost     int // segments that one view shows and the other does not, over all images
	AnyLost  int // images with a lost segment
	Replaced int // images with fewer than K common segments, drawn with replacement
	Empty    int // images whose views share no segment
}

// Add counts one pair of views.
func (r *Report) Add(p Pair) {
	r.Images++
	r.Common += p.Common
	r.Lost += p.Lost
	if p.Lost > 0 {
		r.AnyLost++
	}
	if p.Replaced {
		r.Replaced++
	}
	if p.Common == 0 {
		r.Empty++
	}
}

// Join adds the counts of o, whose K is taken over.
func (r *Report) Join(o Report) {
	r.Images += o.Images
	r.K = o.K
	r.Common += o.Common
	r.Lost += o.Lost
	r.AnyLost += o.AnyLost
	r.Replaced += o.Replaced
	r.Empty += o.Empty
}

// String tells the report in sentences and, where something is often wrong, what to do.
func (r Report) String() string {
	if r.Images == 0 {
		return "No images were checked."
	}
	share := func(n int) string { return fmt.Sprintf("%d (%.1f%%)", n, 100*float64(n)/float64(r.Images)) }
	s := fmt.Sprintf("%d images, %d segments drawn from each; %.1f are common to both views on average.\n"+
		"Images that lost a segment in one view: %s, %.1f segments an image.\n"+
		"Images drawn with replacement: %s.\nImages whose views share no segment: %s.",
		r.Images, r.K, float64(r.Common)/float64(r.Images), share(r.AnyLost), float64(r.Lost)/float64(r.Images),
		share(r.Replaced), share(r.Empty))
	if 10*(r.Replaced+r.Empty) > r.Images {
		s += "\nDraw fewer segments, make them smaller (a lower scale) or crop less."
	}
	return s
}
