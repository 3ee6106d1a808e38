package io.igw.scheduler;

import io.igw.testkit.Contracts;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;

/** Every type of this jar keeps the contracts of its roles that strangers' types are held to. */
class BuiltInContractsTest {
  @TestFactory
  Stream<DynamicContainer> everyTypeKeepsTheContractsOfItsRoles() {
    return Case.all()
        .map(one ->
            DynamicContainer.dynamicContainer(one.toString(), Contracts.ofRoles(one::subject)));
  }
}
