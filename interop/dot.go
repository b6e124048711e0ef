package modelx

// dot is the sum of x[j] * w[j], in the order that LinearRegressionProto lays down: four running sums, each product
// rounded before it is added. The conversions keep the compiler from fusing the two, which arm64 and others would do.
// len(w) must be at least len(x).
func dot(x, w []float64) float64 {
	var s0, s1, s2, s3 float64
	w = w[:len(x)]
	for len(x) >= 4 && len(w) >= 4 {
		s0 += float64(x[0] * w[0])
		s1 += float64(x[1] * w[1])
		s2 += float64(x[2] * w[2])
		s3 += float64(x[3] * w[3])
		x, w = x[4:], w[4:]
	}
	if len(x) > 0 && len(w) > 0 {
		s0 += float64(x[0] * w[0])
	}
	if len(x) > 1 && len(w) > 1 {
		s1 += float64(x[1] * w[1])
	}
	if len(x) > 2 && len(w) > 2 {
		s2 += float64(x[2] * w[2])
	}
	return (s0 + s1) + (s2 + s3)
}

// dot2 is dot with two vectors at once, which loads x once and keeps more additions in flight. The bits are dot's.
func dot2(x, v, w []float64) (float64, float64) {
	var s0, s1, s2, s3, t0, t1, t2, t3 float64
	v, w = v[:len(x)], w[:len(x)]
	for len(x) >= 4 && len(v) >= 4 && len(w) >= 4 {
		s0 += float64(x[0] * v[0])
		t0 += float64(x[0] * w[0])
		s1 += float64(x[1] * v[1])
		t1 += float64(x[1] * w[1])
		s2 += float64(x[2] * v[2])
		t2 += float64(x[2] * w[2])
		s3 += float64(x[3] * v[3])
		t3 += float64(x[3] * w[3])
		x, v, w = x[4:], v[4:], w[4:]
	}
	if len(x) > 0 && len(v) > 0 && len(w) > 0 {
		s0 += float64(x[0] * v[0])
		t0 += float64(x[0] * w[0])
	}
	if len(x) > 1 && len(v) > 1 && len(w) > 1 {
		s1 += float64(x[1] * v[1])
		t1 += float64(x[1] * w[1])
	}
	if len(x) > 2 && len(v) > 2 && len(w) > 2 {
		s2 += float64(x[2] * v[2])
		t2 += float64(x[2] * w[2])
	}
	return (s0 + s1) + (s2 + s3), (t0 + t1) + (t2 + t3)
}

// dot4Go is dot4 in plain Go.
func dot4Go(out *[4]float64, a, v []float64) {
	d := len(v)
	out[0], out[1] = dot2(v, a[:d], a[d:2*d])
	out[2], out[3] = dot2(v, a[2*d:3*d], a[3*d:4*d])
}

// dots writes the dot products of v with the rows of a, a row-major len(dst) x len(v) matrix. A product is the same
// from both sides, so that the rows are those of a model's parameters or those of a batch.
func dots(dst, v, a []float64) {
	d := len(v)
	for ; len(dst) >= 4; dst, a = dst[4:], a[4*d:] {
		dot4((*[4]float64)(dst), a, v)
	}
	if len(dst) >= 2 {
		dst[0], dst[1] = dot2(v, a[:d], a[d:2*d])
		dst, a = dst[2:], a[2*d:]
	}
	if len(dst) == 1 {
		dst[0] = dot(v, a)
	}
}
