package org.pernodedrop.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.Workspace;

/** The statistics of a network's layers, in one flat buffer in the order of the layers; most networks have none. */
final class StatisticBuffers {
    private final Optional<DeviceFloats> values;
    private final List<List<Statistic>> layers = new ArrayList<>();

    StatisticBuffers(NetworkSpec spec, Backend backend, Workspace workspace) {
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
