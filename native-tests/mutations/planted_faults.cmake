# The faults. FILE is in cuda/; ORIGINAL must occur in it exactly once. KERNELS are the sources (in cuda/ or tests/)
# that TESTS, a GoogleTest filter, need.

planted_fault(planes_first_to_last
    FILE mask.cuh
    ORIGINAL [[for (uint32_t plane = mask.planes; plane-- > 0;)]]
    REPLACEMENT [[for (uint32_t plane = 0; plane < mask.planes; ++plane)]]
    KERNELS probes.cu
    TESTS Mask.*)

planted_fault(digits_last_to_first
    FILE mask.cuh
    ORIGINAL [[mask.planes - 1 - plane]]
    REPLACEMENT [[plane]]
    KERNELS probes.cu
    TESTS Mask.*)

planted_fault(planes_share_words
    FILE mask.cuh
    ORIGINAL [[MASK_PLANE_SHIFT = 27]]
    REPLACEMENT [[MASK_PLANE_SHIFT = 32 - 4 - 2]]
    KERNELS probes.cu
    TESTS Mask.*)

planted_fault(gaussian_words_of_bernoulli
    FILE mask.cuh
    ORIGINAL [[output | MASK_GAUSSIAN_DOMAIN]]
    REPLACEMENT [[output]]
    KERNELS probes.cu
    TESTS Mask.*)

planted_fault(layer_key_at_step_zero
    FILE mask.cuh
    ORIGINAL [[make_uint4(layer, 0, 0, MASK_LAYER_KEY_DOMAIN)]]
    REPLACEMENT [[make_uint4(layer, 0, 0, 0)]]
    KERNELS probes.cu
    TESTS Mask.*)

planted_fault(second_pair_swapped
    FILE mask.cuh
    ORIGINAL [[box_muller(words.z, words.w)]]
    REPLACEMENT [[box_muller(words.w, words.z)]]
    KERNELS probes.cu
    TESTS Mask.*)

planted_fault(nine_rounds
    FILE philox.cuh
    ORIGINAL [[PHILOX_ROUNDS = 10]]
    REPLACEMENT [[PHILOX_ROUNDS = 9]]
    KERNELS probes.cu
    TESTS Philox.*)

planted_fault(uniform_without_half_unit
    FILE box_muller.cuh
    ORIGINAL [[fmaf(__uint2float_rn(word), 0x1p-32f, 0x1p-33f)]]
    REPLACEMENT [[__fmul_rn(__uint2float_rn(word), 0x1p-32f)]]
    KERNELS probes.cu
    TESTS BoxMuller.*)

planted_fault(cosine_with_the_sines_sign
    FILE box_muller.cuh
    ORIGINAL [[((quadrant + 1) & 2)]]
    REPLACEMENT [[(quadrant & 2)]]
    KERNELS probes.cu
    TESTS BoxMuller.*)

# A rounding too many: only the known bits show it.
planted_fault(logarithm_not_fused
    FILE box_muller.cuh
    ORIGINAL [[fmaf(exponent, 0.693359375f, __fadd_rn(r, tail))]]
    REPLACEMENT [[__fadd_rn(__fadd_rn(__fmul_rn(exponent, 0.693359375f), r), tail)]]
    KERNELS probes.cu
    TESTS BoxMuller.IsJavasBitForBit)
