package cpu

// native gives s the kernel for n. If there is none, it says why.
func (p *plan) native(n *node, s *step) (ok bool, reason string) {
	return false, "no kernel"
}
