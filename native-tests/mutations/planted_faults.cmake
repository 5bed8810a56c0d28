# The faults. FILE is in cuda/; ORIGINAL must occur in it exactly once. KERNELS are the sources (in cuda/ or tests/)
# that TESTS, a GoogleTest filter, need.

planted_fault(planes_first_to_last FILE mask.cuh
    ORIGINAL [[for (uint32_t plane = planes; plane-- > 0;)]]
    REPLACEMENT [[for (uint32_t plane = 0; plane < planes; ++plane)]]
    KERNELS probes.cu TESTS Mask.*)

planted_fault(digits_last_to_first FILE mask.cuh
    ORIGINAL [[mask.planes - 1 - plane]]
    REPLACEMENT [[plane]]
    KERNELS probes.cu TESTS Mask.*)

planted_fault(planes_share_words FILE mask.cuh
    ORIGINAL [[MASK_PLANE_SHIFT = 27]]
    REPLACEMENT [[MASK_PLANE_SHIFT = 32 - 4 - 2]]
    KERNELS probes.cu TESTS Mask.*)

planted_fault(gaussian_words_of_bernoulli FILE mask.cuh
    ORIGINAL [[output | MASK_GAUSSIAN_DOMAIN]]
    REPLACEMENT [[output]]
    KERNELS probes.cu TESTS Mask.*)

planted_fault(layer_key_at_step_zero FILE mask.cuh
    ORIGINAL [[make_uint4(layer, 0, 0, MASK_LAYER_KEY_DOMAIN)]]
    REPLACEMENT [[make_uint4(layer, 0, 0, 0)]]
    KERNELS probes.cu TESTS Mask.*)

planted_fault(second_pair_swapped FILE mask.cuh
    ORIGINAL [[box_muller(words.z, words.w)]]
    REPLACEMENT [[box_muller(words.w, words.z)]]
    KERNELS probes.cu TESTS Mask.*)

planted_fault(nine_rounds FILE philox.cuh
    ORIGINAL [[PHILOX_ROUNDS = 10]]
    REPLACEMENT [[PHILOX_ROUNDS = 9]]
    KERNELS probes.cu TESTS Philox.*)

planted_fault(uniform_without_half_unit FILE box_muller.cuh
    ORIGINAL [[fmaf(__uint2float_rn(word), 0x1p-32f, 0x1p-33f)]]
    REPLACEMENT [[__fmul_rn(__uint2float_rn(word), 0x1p-32f)]]
    KERNELS probes.cu TESTS BoxMuller.*)

planted_fault(cosine_with_the_sines_sign FILE box_muller.cuh
    ORIGINAL [[((quadrant + 1) & 2)]]
    REPLACEMENT [[(quadrant & 2)]]
    KERNELS probes.cu TESTS BoxMuller.*)

# A rounding too many: only the known bits show it.
planted_fault(logarithm_not_fused FILE box_muller.cuh
    ORIGINAL [[fmaf(exponent, 0.693359375f, __fadd_rn(r, tail))]]
    REPLACEMENT [[__fadd_rn(__fadd_rn(__fmul_rn(exponent, 0.693359375f), r), tail)]]
    KERNELS probes.cu TESTS BoxMuller.IsJavasBitForBit)

planted_fault(column_sums_without_barrier FILE column_sums.cu
    ORIGINAL [[__syncthreads()]]
    REPLACEMENT [[(void)0]]
    KERNELS column_sums.cu TESTS ColumnSums.*)

planted_fault(warp_shares_one_block FILE warp_mask.cuh
    ORIGINAL [[block + own, quad]]
    REPLACEMENT [[block, quad]]
    KERNELS mask_values.cu TESTS Masks/MaskValues.*)

planted_fault(export_past_the_last_input FILE mask_values.cu
    ORIGINAL [[if (i < left) {
                            tile]]
    REPLACEMENT [[if (i <= left) {
                            tile]]
    KERNELS mask_values.cu TESTS Masks/MaskValues.*)

planted_fault(last_of_equal_logits FILE loss.cu
    ORIGINAL [[index < largest.index]]
    REPLACEMENT [[index > largest.index]]
    KERNELS loss.cu TESTS SoftmaxCrossEntropy.*)

planted_fault(adam_one_step_late FILE optimizer.cu
    ORIGINAL [[static_cast<double>(state.step) + 1.0]]
    REPLACEMENT [[static_cast<double>(state.step) + 2.0]]
    KERNELS optimizer.cu TESTS Adam.*)

# Faults of the connection kernels, seen by those of one source.
set(BY_MANY_PLANES
    KERNELS connection_many_planes.cu connection_sums.cu mask_packing.cu
    TESTS Masks/ConnectionKernels.GiveTheReferencesSums/many_planes_45_of_64)

planted_fault(forward_without_barrier FILE connection_forward.cuh
    ORIGINAL [[wait_for_copies();
        __syncthreads();]]
    REPLACEMENT [[wait_for_copies();]]
    ${BY_MANY_PLANES})

planted_fault(backward_input_without_barrier FILE connection_backward_input.cuh
    ORIGINAL [[wait_for_copies();
        __syncthreads();]]
    REPLACEMENT [[wait_for_copies();]]
    ${BY_MANY_PLANES})

planted_fault(backward_weight_without_barrier FILE connection_backward_weight.cuh
    ORIGINAL [[wait_for_copies();
        __syncthreads();]]
    REPLACEMENT [[wait_for_copies();]]
    ${BY_MANY_PLANES})

planted_fault(forward_without_wait FILE connection_forward.cuh
    ORIGINAL [[wait_for_copies();]]
    REPLACEMENT [[(void)0;]]
    ${BY_MANY_PLANES})

planted_fault(backward_input_without_wait FILE connection_backward_input.cuh
    ORIGINAL [[wait_for_copies();]]
    REPLACEMENT [[(void)0;]]
    ${BY_MANY_PLANES})

planted_fault(backward_weight_without_wait FILE connection_backward_weight.cuh
    ORIGINAL [[wait_for_copies();]]
    REPLACEMENT [[(void)0;]]
    ${BY_MANY_PLANES})

planted_fault(schedule_without_barrier FILE connection_forward.cuh
    ORIGINAL [[__syncthreads();  // the schedule is written]]
    REPLACEMENT [[(void)0;]]
    ${BY_MANY_PLANES})

planted_fault(bit_planes_first_to_last FILE mask.cuh
    ORIGINAL [[for (uint32_t plane = planes; plane-- > 0;)]]
    REPLACEMENT [[for (uint32_t plane = 0; plane < planes; ++plane)]]
    ${BY_MANY_PLANES})

planted_fault(bytes_of_two_inputs_swapped FILE mask_words.cuh
    ORIGINAL [[__byte_perm(low01, low23, 0x7632)]]
    REPLACEMENT [[__byte_perm(low23, low01, 0x7632)]]
    ${BY_MANY_PLANES})

planted_fault(eighth_bits_in_reverse FILE thread_tile.cuh
    ORIGINAL [[0x10080402u]]
    REPLACEMENT [[0x02040810u]]
    ${BY_MANY_PLANES})

planted_fault(swapped_column_past_the_end_copied FILE tile_copy.cuh
    ORIGINAL [[column() < left - first]]
    REPLACEMENT [[column() <= left - first]]
    ${BY_MANY_PLANES})

planted_fault(odd_outputs_left_out FILE connection_backward_input.cuh
    ORIGINAL [[+= odd]]
    REPLACEMENT [[+= 0 * odd]]
    ${BY_MANY_PLANES})

planted_fault(packed_words_of_the_other_quad FILE connection_backward_input.cuh
    ORIGINAL [[quad == 0 ? 0 : quad_step]]
    REPLACEMENT [[quad == 0 ? quad_step : 0]]
    KERNELS connection_packed.cu connection_sums.cu mask_packing.cu
    TESTS Masks/ConnectionKernels.GiveTheReferencesSums/packed_19_of_32)

planted_fault(row_past_the_tile_copied FILE tile_copy.cuh
    ORIGINAL [[Rounds::row() + Rounds::row_step(round) < left]]
    REPLACEMENT [[Rounds::row() + Rounds::row_step(round) <= left]]
    ${BY_MANY_PLANES})

planted_fault(column_past_the_row_stored FILE thread_tile.cuh
    ORIGINAL [[column + n < width]]
    REPLACEMENT [[column + n <= width]]
    ${BY_MANY_PLANES})

planted_fault(sample_past_the_batch_stored FILE connection_forward.cuh
    ORIGINAL [[if (b < static_cast<uint32_t>(p.samples)) {]]
    REPLACEMENT [[if (b <= static_cast<uint32_t>(p.samples)) {]]
    ${BY_MANY_PLANES})

planted_fault(split_lost FILE connection_sums.cu
    ORIGINAL [[split < splits]]
    REPLACEMENT [[split < splits - 1]]
    ${BY_MANY_PLANES})

# Faults of the connection kernels on sparse tensor cores, seen by those of one source and precision.
set(BY_SPARSE
    KERNELS connection_many_planes_bf16.cu connection_sums.cu mask_packing.cu
    TESTS Masks/ConnectionKernels.GiveTheReferencesSums/many_planes_bf16_45_of_64)

planted_fault(sparse_selector_of_the_other_lanes FILE sparse_product.cuh
    ORIGINAL [[multiply_sparse_bf16<1>]]
    REPLACEMENT [[multiply_sparse_bf16<0>]]
    ${BY_SPARSE})

planted_fault(sparse_halves_swapped FILE connection_sparse_backward_input.cuh
    ORIGINAL [[h == 0 ? 0x5410 : 0x7632]]
    REPLACEMENT [[h == 0 ? 0x7632 : 0x5410]]
    ${BY_SPARSE})

planted_fault(sparse_even_bits_twice FILE sparse_product.cuh
    ORIGINAL [[return even_metadata(word >> 1, none);]]
    REPLACEMENT [[return even_metadata(word, none);]]
    ${BY_SPARSE})

planted_fault(sparse_metadata_of_lower_rows FILE sparse_product.cuh
    ORIGINAL [[keep(0x88888888u)]]
    REPLACEMENT [[keep(0u)]]
    ${BY_SPARSE})

planted_fault(sparse_factor_cut_off FILE sparse_product.cuh
    ORIGINAL [[pairs[0] = bf16_pair(low, high);]]
    REPLACEMENT [[pairs[0] = __byte_perm(__float_as_uint(low), __float_as_uint(high), 0x7632);]]
    ${BY_SPARSE})

planted_fault(sparse_columns_of_other_samples FILE connection_sparse_backward_input.cuh
    ORIGINAL [[group / TERMS == first + m ? gradients_read : zeros]]
    REPLACEMENT [[group / TERMS >= first + m ? gradients_read : zeros]]
    ${BY_SPARSE})

planted_fault(sparse_forward_without_barrier FILE connection_sparse_forward.cuh
    ORIGINAL [[xs.convert(stage + Ws::WORDS);
        __syncthreads();]]
    REPLACEMENT [[xs.convert(stage + Ws::WORDS);]]
    ${BY_SPARSE})

planted_fault(sparse_backward_input_without_barrier FILE connection_sparse_backward_input.cuh
    ORIGINAL [[ws.convert(words + Shared::W);
        __syncthreads();]]
    REPLACEMENT [[ws.convert(words + Shared::W);]]
    ${BY_SPARSE})

planted_fault(sparse_gradients_without_barrier FILE connection_sparse_backward_input.cuh
    ORIGINAL [[ds.convert(n, gradients);
            __syncwarp();]]
    REPLACEMENT [[ds.convert(n, gradients);]]
    ${BY_SPARSE})

planted_fault(sparse_backward_weight_without_barrier FILE connection_sparse_backward_weight.cuh
    ORIGINAL [[xs.convert(stage + Ds::WORDS);
        __syncthreads();]]
    REPLACEMENT [[xs.convert(stage + Ds::WORDS);]]
    ${BY_SPARSE})

planted_fault(sparse_forward_without_wait FILE connection_sparse_forward.cuh
    ORIGINAL [[wait_for_copies();]]
    REPLACEMENT [[(void)0;]]
    ${BY_SPARSE})

planted_fault(sparse_sample_past_the_batch_stored FILE connection_sparse_forward.cuh
    ORIGINAL [[if (at < static_cast<uint32_t>(p.samples)) {]]
    REPLACEMENT [[if (at <= static_cast<uint32_t>(p.samples)) {]]
    ${BY_SPARSE})

planted_fault(sparse_bias_before_all_copies FILE connection_sparse_backward_weight.cuh
    ORIGINAL [[__syncthreads();  // all threads' copies have arrived]]
    REPLACEMENT [[(void)0;]]
    ${BY_SPARSE})

planted_fault(sparse_sums_emptied_twice FILE sparse_product.cuh
    ORIGINAL [[from[n][e] = 0.0f;]]
    REPLACEMENT [[(void)0;]]
    KERNELS connection_many_planes_bf16x2.cu connection_sums.cu mask_packing.cu
    TESTS ConnectionKernelsOfTwoTerms.*)

planted_fault(sparse_packed_words_of_the_other_half FILE connection_sparse_forward.cuh
    ORIGINAL [[packed.kept(octet, place_in_chunk + n)]]
    REPLACEMENT [[packed.kept(octet, n)]]
    KERNELS connection_packed_bf16x2.cu connection_sums.cu mask_packing.cu
    TESTS Masks/ConnectionKernels.GiveTheReferencesSums/packed_bf16x2_19_of_32)

# Faults of the multi-position kernels, seen by those of one source and precision.
set(BY_MULTI_POSITION
    KERNELS multi_position_many_planes_tf32.cu operands.cu connection_sums.cu
    TESTS Masks/MultiPositionKernels.GiveTheReferencesSums/many_planes_tf32_3_of_4)

planted_fault(multi_position_forward_without_barrier FILE multi_position_forward.cuh
    ORIGINAL [[wait_for_copies_but<Tile::STAGES - 2>();
        __syncthreads();]]
    REPLACEMENT [[wait_for_copies_but<Tile::STAGES - 2>();]]
    ${BY_MULTI_POSITION})

planted_fault(multi_position_forward_waits_too_little FILE multi_position_forward.cuh
    ORIGINAL [[wait_for_copies_but<Tile::STAGES - 2>();]]
    REPLACEMENT [[wait_for_copies_but<Tile::STAGES - 1>();]]
    ${BY_MULTI_POSITION})

planted_fault(multi_position_backward_input_without_barrier FILE multi_position_backward_input.cuh
    ORIGINAL [[wait_for_copies_but<Tile::STAGES - 2>();
        __syncthreads();]]
    REPLACEMENT [[wait_for_copies_but<Tile::STAGES - 2>();]]
    ${BY_MULTI_POSITION})

planted_fault(multi_position_backward_input_waits_too_little FILE multi_position_backward_input.cuh
    ORIGINAL [[wait_for_copies_but<Tile::STAGES - 2>();]]
    REPLACEMENT [[wait_for_copies_but<Tile::STAGES - 1>();]]
    ${BY_MULTI_POSITION})

planted_fault(multi_position_backward_weight_without_barrier FILE multi_position_backward_weight.cuh
    ORIGINAL [[wait_for_copies_but<Tile::STAGES - 2>();
            __syncthreads();]]
    REPLACEMENT [[wait_for_copies_but<Tile::STAGES - 2>();]]
    ${BY_MULTI_POSITION})

planted_fault(multi_position_backward_weight_waits_too_little FILE multi_position_backward_weight.cuh
    ORIGINAL [[wait_for_copies_but<Tile::STAGES - 2>();]]
    REPLACEMENT [[wait_for_copies_but<Tile::STAGES - 1>();]]
    ${BY_MULTI_POSITION})

planted_fault(multi_position_schedule_without_barrier FILE multi_position_forward.cuh
    ORIGINAL [[__syncthreads();  // the schedule is written]]
    REPLACEMENT [[(void)0;]]
    ${BY_MULTI_POSITION})

planted_fault(multi_position_results_without_barrier FILE multi_position_product.cuh
    ORIGINAL [[    __syncthreads();
    // Not unrolled, as activations are long.]]
    REPLACEMENT [[    // Not unrolled, as activations are long.]]
    ${BY_MULTI_POSITION})

planted_fault(multi_position_row_past_the_tile_copied FILE multi_position_product.cuh
    ORIGINAL [[inside && first_row + row + step < static_cast<uint32_t>(rows)]]
    REPLACEMENT [[inside && first_row + row + step <= static_cast<uint32_t>(rows)]]
    ${BY_MULTI_POSITION})

planted_fault(multi_position_k_past_the_tile_copied FILE multi_position_product.cuh
    ORIGINAL [[inside && k + row + step < static_cast<uint32_t>(rows)]]
    REPLACEMENT [[inside && k + row + step <= static_cast<uint32_t>(rows)]]
    ${BY_MULTI_POSITION})

planted_fault(multi_position_position_past_the_sample_stored FILE multi_position_forward.cuh
    ORIGINAL [[t >= static_cast<uint32_t>(p.positions)]]
    REPLACEMENT [[t > static_cast<uint32_t>(p.positions)]]
    ${BY_MULTI_POSITION})

planted_fault(multi_position_group_not_drawn FILE multi_position_backward_input.cuh
    ORIGINAL [[(group + 1) * GROUP_K_STEPS < k_steps]]
    REPLACEMENT [[(group + 2) * GROUP_K_STEPS < k_steps]]
    ${BY_MULTI_POSITION})

planted_fault(multi_position_sample_draws_the_last_ones_mask FILE multi_position_backward_weight.cuh
    ORIGINAL [[draw(sample + 1);]]
    REPLACEMENT [[draw(sample);]]
    ${BY_MULTI_POSITION})

planted_fault(multi_position_pad_reads_past_the_row FILE operands.cu
    ORIGINAL [[column < columns ? __float_as_uint]]
    REPLACEMENT [[column <= columns ? __float_as_uint]]
    ${BY_MULTI_POSITION})

planted_fault(bf16_cut_off_instead_of_rounded FILE operands.cu
    ORIGINAL [[bf16_pair(0.0f, from[k]) & 0xFFFF0000u]]
    REPLACEMENT [[__float_as_uint(from[k]) & 0xFFFF0000u]]
    KERNELS operands.cu TESTS Operands.*)

planted_fault(bf16_rounded_past_the_end FILE operands.cu
    ORIGINAL [[threadIdx.x; k < n; k += step]]
    REPLACEMENT [[threadIdx.x; k <= n; k += step]]
    KERNELS operands.cu TESTS Operands.*)

planted_fault(multi_position_halves_swapped FILE operands.cu
    ORIGINAL [[return bf16_pair(low, high);]]
    REPLACEMENT [[return bf16_pair(high, low);]]
    KERNELS multi_position_one_plane_bf16.cu operands.cu connection_sums.cu
    TESTS Masks/MultiPositionKernels.GiveTheReferencesSums/one_plane_bf16_1_of_2)

planted_fault(multi_position_weights_perturbed_without_barrier FILE multi_position_forward.cuh
    ORIGINAL [[            __syncthreads();
        }
        multiply_k_step]]
    REPLACEMENT [[        }
        multiply_k_step]]
    KERNELS multi_position_gaussian_tf32.cu operands.cu connection_sums.cu
    TESTS Masks/MultiPositionKernels.GiveTheReferencesSums/gaussian_tf32_1_of_2)

planted_fault(windows_without_padding_left FILE window.cu
    ORIGINAL [[window.column * stride_width - pad_left + within.column]]
    REPLACEMENT [[window.column * stride_width + within.column]]
    KERNELS window.cu TESTS Window.Unfold*)

planted_fault(windows_that_cover_one_too_few FILE window.cuh
    ORIGINAL [[(least - 1) / stride + 1]]
    REPLACEMENT [[(least - 1) / stride + 2]]
    KERNELS window.cu TESTS Window.Fold*)

planted_fault(last_of_the_largest FILE window.cu
    ORIGINAL [[value > largest]]
    REPLACEMENT [[value >= largest]]
    KERNELS window.cu TESTS Window.MaxPool*)

planted_fault(mean_over_padding FILE window.cu
    ORIGINAL [[(rows.end - rows.first) * (columns.end - columns.first)]]
    REPLACEMENT [[window_height * window_width]]
    KERNELS window.cu TESTS Window.AveragePool*)

planted_fault(variance_around_zero FILE normalization.cu
    ORIGINAL [=[x[r * channels + part.channel] - center]=]
    REPLACEMENT [=[x[r * channels + part.channel] - 0.99 * center]=]
    KERNELS normalization.cu TESTS Normalization.Moments*)

planted_fault(normalization_without_the_scales_part FILE normalization.cu
    ORIGINAL [[-__fmul_rn(normal, mean_scale)]]
    REPLACEMENT [[-__fmul_rn(normal, 0.5f * mean_scale)]]
    KERNELS normalization.cu TESTS Normalization.Normalizes*)
