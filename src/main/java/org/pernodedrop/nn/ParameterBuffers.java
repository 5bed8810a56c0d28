package org.pernodedrop.nn;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.backend.Workspace;

/**
 * The parameters of a network, their gradients and the optimizer's moments: flat buffers of one layout. Parameters lie
 * in the order of the layers, each from a multiple of {@value #ALIGNMENT} floats on; the gaps are 0 and stay so.
 */
final class ParameterBuffers {
    /** In floats: whole vectors for the device, whole pairs of the stream of normals. */
    static final int ALIGNMENT = 4;

    private final NetworkSpec spec;
    private final Backend backend;
    private final DeviceFloats values;
    private final DeviceFloats gradients;
    private final List<DeviceFloats> moments;
    private final List<List<Parameter>> layers = new ArrayList<>();
    private final List<Penalty> penalties = new ArrayList<>();

    private record Penalty(Parameter parameter, float l2) {}

    ParameterBuffers(NetworkSpec spec, Backend backend, Workspace workspace) {
        this.spec = spec;
        this.backend = backend;
        long length = length(spec);
        this.values = workspace.allocate(length);
        this.gradients = workspace.allocate(length);
        this.moments = spec.optimizer().momentNames().stream()
                .map(name -> workspace.allocate(length))
                .toList();
        long offset = 0;
        for (int layer = 0; layer < spec.layers().size(); layer++) {
            List<Parameter> parameters = new ArrayList<>();
            for (ParameterSpec wanted : spec.parameters(layer)) {
                Parameter parameter = place(layer, wanted, offset);
                parameters.add(parameter);
                if (wanted.l2() > 0) {
                    penalties.add(new Penalty(parameter, (float) wanted.l2()));
                }
                offset += aligned(wanted);
            }
            layers.add(List.copyOf(parameters));
        }
    }

    private static long length(NetworkSpec spec) {
        long length = 0;
        for (int layer = 0; layer < spec.layers().size(); layer++) {
            for (ParameterSpec wanted : spec.parameters(layer)) {
                length += aligned(wanted);
            }
        }
        return length;
    }

    static long aligned(ParameterSpec parameter) {
        return ((long) parameter.shape().size() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    // A place in the buffers, with the initial values in it.
    private Parameter place(int layer, ParameterSpec wanted, long offset) {
        int size = wanted.shape().size();
        DeviceFloats slice = values.slice(offset, size);
        wanted.initializer().fill(backend, spec.seed(), offset, wanted.fanIn(), wanted.fanOut(), slice);
        String name = layer + "." + wanted.name();
        return new Parameter(name, wanted.shape(), offset, slice, gradients.slice(offset, size));
    }

    DeviceFloats values() {
        return values;
    }

    /** The optimizer's moments by name. */
    Map<String, DeviceFloats> namedMoments() {
        Map<String, DeviceFloats> named = new LinkedHashMap<>();
        for (int k = 0; k < moments.size(); k++) {
            named.put(spec.optimizer().momentNames().get(k), moments.get(k));
        }
        return named;
    }

    List<Parameter> of(int layer) {
        return layers.get(layer);
    }

    List<Parameter> all() {
        return layers.stream().flatMap(List::stream).toList();
    }

    /** Adds the gradient of the L2 penalties, {@code l2 w}. */
    void addPenalties() {
        for (Penalty penalty : penalties) {
            backend.vectors()
                    .axpy(
                            penalty.l2(),
                            penalty.parameter().values(),
                            penalty.parameter().gradient());
        }
    }

    /** Lets the parameters follow their gradients. */
    void update(StepState state) {
        spec.optimizer().update(backend, state, values, gradients, moments);
    }

    /** The statistics of a network's layers, in one flat buffer in the order of the layers; most networks have none. */
    static final class Statistics {
        private final Optional<DeviceFloats> values;
        private final List<List<Statistic>> layers = new ArrayList<>();

        Statistics(NetworkSpec spec, Backend backend, Workspace workspace) {
            long length = 0;
            for (int layer = 0; layer < spec.layers().size(); layer++) {
                for (ParameterSpec wanted : spec.statistics(layer)) {
                    length += ParameterBuffers.aligned(wanted);
                }
            }
            values = length == 0 ? Optional.empty() : Optional.of(workspace.allocate(length));
            long offset = 0;
            for (int layer = 0; layer < spec.layers().size(); layer++) {
                List<Statistic> statistics = new ArrayList<>();
                for (ParameterSpec wanted : spec.statistics(layer)) {
                    DeviceFloats slice =
                            values.orElseThrow().slice(offset, wanted.shape().size());
                    wanted.initializer().fill(backend, spec.seed(), offset, wanted.fanIn(), wanted.fanOut(), slice);
                    statistics.add(new Statistic(layer + "." + wanted.name(), wanted.shape(), offset, slice));
                    offset += ParameterBuffers.aligned(wanted);
                }
                layers.add(List.copyOf(statistics));
            }
        }

        Optional<DeviceFloats> values() {
            return values;
        }

        List<Statistic> of(int layer) {
            return layers.get(layer);
        }

        List<Statistic> all() {
            return layers.stream().flatMap(List::stream).toList();
        }
    }
}
